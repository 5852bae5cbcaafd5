@echo off
rem A month's round for the Task Scheduler, as monthly.sh is for cron. See docs/scheduling.md.
rem usage: deploy\monthly.cmd [PERIOD]   without one: the month that is over
rem What it prints is added to reports\monthly.log; it ends with the worst exit code.
setlocal
for %%I in ("%~dp0..") do set "ROOT=%%~fI"
if not defined PLS_PROJECT set "PLS_PROJECT=%ROOT%"
set "PATH=%ROOT%\.venv\Scripts;%PATH%"
set "PERIOD=latest"
for /f %%M in ('powershell -NoProfile -Command "(Get-Date).AddMonths(-1).ToString('yyyy-MM')"') do set "DUE=%%M"
if not "%~1"=="" set "PERIOD=%~1"
if not "%~1"=="" set "DUE=%~1"
if not exist "%PLS_PROJECT%\reports" mkdir "%PLS_PROJECT%\reports"
call :round >>"%PLS_PROJECT%\reports\monthly.log" 2>&1
exit /b %WORST%

:round
set WORST=0
echo == %DATE% %TIME%
pls ingest
if errorlevel 1 set WORST=%ERRORLEVEL%
if %WORST% GTR 1 exit /b
pls completeness --period %DUE%
if %ERRORLEVEL% GTR %WORST% set WORST=%ERRORLEVEL%
pls run all --period %PERIOD%
if %ERRORLEVEL% GTR %WORST% set WORST=%ERRORLEVEL%
exit /b

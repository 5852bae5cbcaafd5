#!/bin/sh
# Have a Chromium for the browser tests: use the one there is, else install Debian's where we may.
# Without one the tests skip and say so; that is no failure.
for name in chromium chromium-browser google-chrome; do
    "$name" --version 2>/dev/null && exit 0
done
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "No Chromium, and installing one needs root and apt-get: the browser tests will be skipped."
    exit 0
fi
echo "Installing Chromium …"
if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium; } >/dev/null 2>&1; then
    echo "apt-get could not install chromium: the browser tests will be skipped."
elif ! chromium --version 2>/dev/null; then
    echo "The installed chromium does not start: the browser tests will be skipped."
fi

const box=document.querySelector("#q"),count=document.querySelector("#n"),none=document.querySelector("#none");
box.addEventListener("input",()=>{const sought=box.value.trim().toLowerCase();let shown=0;
for(const section of document.querySelectorAll("section")){let here=0;
for(const row of section.querySelectorAll("tbody tr")){row.hidden=!row.dataset.q.includes(sought);here+=!row.hidden}
section.hidden=!here;shown+=here}
count.textContent=shown;none.hidden=shown>0});

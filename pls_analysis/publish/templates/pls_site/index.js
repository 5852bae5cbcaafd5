const box=document.querySelector("#q");
if(box){const count=document.querySelector("#n"),none=document.querySelector("#none");
box.parentElement.hidden=false;
const look=()=>{const sought=box.value.normalize("NFKC").toLowerCase().replace(/\s+/g,"");let shown=0;
for(const section of document.querySelectorAll("section")){let here=0;
for(const row of section.querySelectorAll("tbody tr")){row.hidden=!row.dataset.q.includes(sought);here+=!row.hidden}
section.hidden=!here;shown+=here}
count.textContent=shown;none.hidden=shown>0};
box.addEventListener("input",look);look()}
for(const line of document.querySelectorAll("td p")){const first=one=>one.firstChild.textContent.trim(),title=first(line.firstChild);
for(const link of line.querySelectorAll("a")){
link.setAttribute("aria-label",[...new Set([link.textContent,first(link.parentElement),title,link.closest("tr").cells[0].textContent])].join(" "))}}
const order=(one,other)=>one-other||one.localeCompare(other);
for(const head of document.querySelectorAll(".sortable th[data-first]")){
const button=document.createElement("button");button.type="button";button.append(...head.childNodes);head.append(button);
button.addEventListener("click",()=>{
const was=head.getAttribute("aria-sort"),first=head.dataset.first==="up"?"ascending":"descending";
const now=was===null?first:was==="ascending"?"descending":"ascending";
for(const one of head.parentElement.children)one.removeAttribute("aria-sort");
head.setAttribute("aria-sort",now);
const body=head.closest("table").tBodies[0],value=row=>row.cells[head.cellIndex].dataset.v;
const rows=[...body.rows],known=rows.filter(row=>value(row)!==undefined),sign=now==="ascending"?1:-1;
known.sort((one,other)=>sign*order(value(one),value(other)));
body.append(...known,...rows.filter(row=>value(row)===undefined))})}

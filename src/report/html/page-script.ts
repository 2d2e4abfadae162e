/**
 * What a pointer may do with the charts: ask for values, and switch series off and on. The page is whole without it.
 * A text, and not compiled code, so that the same run makes the same bytes wherever the report is built.
 */
export const pageScript = `
'use strict'
for (const figure of document.querySelectorAll('figure')) {
  const plot = figure.querySelector('.plot')
  const svg = plot.querySelector('svg')
  const off = new Set()
  for (const item of figure.querySelectorAll('[data-toggles]')) {
    const series = item.dataset.toggles.split(' ')
    const button = document.createElement('button')
    button.type = 'button'
    button.append(...item.childNodes)
    button.setAttribute('aria-pressed', 'true')
    button.addEventListener('click', () => {
      const show = button.getAttribute('aria-pressed') === 'false'
      button.setAttribute('aria-pressed', String(show))
      for (const number of series) {
        if (show) off.delete(number)
        else off.add(number)
        for (const mark of svg.querySelectorAll('[data-series="' + number + '"]')) mark.toggleAttribute('data-off', !show)
      }
    })
    item.append(button)
  }
  const starts = JSON.parse(svg.dataset.starts)
  const marks = JSON.parse(svg.dataset.marks)
  const tip = document.createElement('div')
  tip.className = 'tip'
  tip.setAttribute('aria-hidden', 'true')
  tip.toggleAttribute('data-off', true)
  plot.append(tip)
  const tell = event => {
    const box = svg.getBoundingClientRect()
    const scale = svg.viewBox.baseVal.width / box.width
    const x = (event.clientX - box.left) * scale
    const y = (event.clientY - box.top) * scale
    let nearest
    let least = 30 * 30
    for (const mark of marks) {
      if (off.has(String(mark[2]))) continue
      const distance = (mark[0] - x) ** 2 + (mark[1] - y) ** 2
      if (distance < least) [nearest, least] = [mark, distance]
    }
    tip.toggleAttribute('data-off', !nearest)
    if (!nearest) return
    tip.textContent = starts[nearest[2]] + nearest[3]
    const left = nearest[0] / scale
    tip.style.left = Math.max(0, Math.min(left + 10, box.width - tip.offsetWidth)) + 'px'
    tip.style.top = Math.max(0, nearest[1] / scale - tip.offsetHeight - 8) + 'px'
  }
  svg.addEventListener('pointermove', tell)
  svg.addEventListener('pointerdown', tell)
  svg.addEventListener('pointerleave', () => tip.toggleAttribute('data-off', true))
}
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('.claim, .more')) details.open = true
})
`

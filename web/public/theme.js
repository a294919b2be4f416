// Runs before the first paint, so that the page never flashes in the other theme.
;(function () {
  var theme = null
  try {
    theme = localStorage.getItem('trinity-theme')
  } catch {
    // storage may be forbidden
  }
  var dark =
    theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()

/** What a series looks like. Colour is never alone: dash, marker or number tell series apart as well. */
export interface Look {
  readonly colour: Colour
  readonly dash: Dash
  readonly marker: Marker
}

/**
 * Okabe and Ito, Color Universal Design (2008), darkened or lightened until each has a contrast of 3 to 1 against
 * its background (WCAG 2.2, 1.4.11). `a` is SMTP and `b` is the API wherever a chart compares these two.
 */
export const colours = {
  a: { light: '#0072b2', dark: '#56b4e9' },
  b: { light: '#d55e00', dark: '#f28c38' },
  c: { light: '#008561', dark: '#2fc79a' },
  d: { light: '#b04f86', dark: '#e39ac4' },
  e: { light: '#8f6400', dark: '#f0c04a' },
  f: { light: '#3d86b8', dark: '#a5d8fa' },
  g: { light: '#5f6b76', dark: '#a3adb8' },
  h: { light: '#6f6a00', dark: '#f0e442' },
} as const
export type Colour = keyof typeof colours

/** As stroke-dasharray: lengths of dashes and gaps. */
export const dashes = { solid: [], dashed: [6, 3], dotted: [2, 2], long: [10, 3, 2, 3] } as const
export type Dash = keyof typeof dashes

export const markers = ['circle', 'diamond', 'triangle', 'rect', 'none'] as const
export type Marker = (typeof markers)[number]

export const colourNames = Object.keys(colours) as readonly Colour[]

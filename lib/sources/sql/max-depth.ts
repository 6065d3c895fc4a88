/** How many steps a role is followed to roles that it includes. What is cyclic ends here, too. */
export const MAX_DEPTH = 16

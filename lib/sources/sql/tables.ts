/** What the tables are called that the migrations make. */
export const TABLES = Object.freeze({
  userGroups: 'gatekeeper_user_groups',
  userRoles: 'gatekeeper_user_roles',
  userPermissions: 'gatekeeper_user_permissions',
  groupRoles: 'gatekeeper_group_roles',
  roleRoles: 'gatekeeper_role_roles',
  rolePermissions: 'gatekeeper_role_permissions',
  credentials: 'gatekeeper_credentials',
  apiKeys: 'gatekeeper_api_keys'
})

/** Those whose rows give a user a name. */
export const USER_TABLES = Object.freeze([TABLES.userGroups, TABLES.userRoles, TABLES.userPermissions] as const)

/** Those whose rows give whoever has one name another one, too. */
export const LINK_TABLES = Object.freeze([TABLES.groupRoles, TABLES.roleRoles, TABLES.rolePermissions] as const)

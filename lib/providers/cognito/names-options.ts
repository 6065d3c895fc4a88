import { Type } from '@sinclair/typebox'

/** Options of `cognitoGroups` and `cognitoGroupsAsRoles`. */
export interface CognitoGroupsOptions {
  /** The claim that lists the groups, by its literal name. A text is one group, whatever it contains. Default `'cognito:groups'`. */
  readonly groupsClaim?: string
  /**
   * Takes a token's scope for a group: where the claim is absent and there is exactly one scope, what follows its last `/`. **Dangerous**: `reports/admin` and
   * `billing/admin` both become `admin`, and whatever client may ask for a scope that ends like a group becomes a member of it. Default `false`.
   */
  readonly promoteSingleScope?: boolean
}

/** What `cognitoGroups` and `cognitoGroupsAsRoles` accept. */
export const cognitoGroupsOptionsSchema = Type.Object({
  groupsClaim: Type.Optional(Type.String({ minLength: 1, description: 'a text that is not empty' })),
  promoteSingleScope: Type.Optional(Type.Boolean({ description: 'true or false' }))
}, { additionalProperties: false, description: 'an object with options' })

// Regions of the partitions aws, aws-us-gov, aws-cn and aws-eusc: us-east-1, us-gov-west-1, cn-north-1, eusc-de-east-1
const regionName = /^(?:eusc-)?[a-z]{2}-(?:gov-)?[a-z]+-\d$/

/** Whether a text is the name of an AWS region, of any partition. */
export function isRegion (text: string): boolean {
  return regionName.test(text)
}

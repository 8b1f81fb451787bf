// The schema that clients of the protocol were written against: apps, functions and their configuration.

/** As SDL. */
export const appsText = `
type App {
  id: ID!
  externalID: String!
  name: String!
  sdkLanguage: String!
  sdkVersion: String!
  framework: String
  appVersion: String
  url: String
  checksum: String
  error: String
  method: AppMethod!
  functions: [Function!]!
  functionCount: Int!
  connected: Boolean!
  autodiscovered: Boolean!
  sdkFeatureReadiness: SDKFeatureReadiness!
}
type SDKFeatureReadiness { aiMetadataExtraction: SDKFeatureStatus extendedTraces: SDKFeatureStatus }
type SDKFeatureStatus { ready: Boolean! reason: Int }
type Function {
  id: String!
  name: String!
  slug: String!
  config: String!
  url: String!
  appID: String!
  app: App!
  concurrency: Int!
  triggers: [FunctionTrigger!]
  failureHandler: Function
  configuration: FunctionConfiguration!
}
type FunctionTrigger { type: FunctionTriggerTypes! value: String! condition: String }
enum FunctionTriggerTypes { EVENT CRON }
type FunctionConfiguration {
  cancellations: [CancellationConfiguration!]!
  retries: RetryConfiguration!
  priority: String
  eventsBatch: EventsBatchConfiguration
  concurrency: [ConcurrencyConfiguration!]!
  rateLimit: RateLimitConfiguration
  debounce: DebounceConfiguration
  throttle: ThrottleConfiguration
  singleton: SingletonConfiguration
}
type CancellationConfiguration { event: String! timeout: String condition: String }
type RetryConfiguration { value: Int! isDefault: Boolean }
type EventsBatchConfiguration { maxSize: Int! timeout: String! key: String }
type ConcurrencyConfiguration { scope: ConcurrencyScope! limit: ConcurrencyLimitConfiguration! key: String }
enum ConcurrencyScope { ACCOUNT ENVIRONMENT FUNCTION }
type ConcurrencyLimitConfiguration { value: Int! isPlanLimit: Boolean }
type RateLimitConfiguration { limit: Int! period: String! key: String }
type DebounceConfiguration { period: String! key: String }
type ThrottleConfiguration { burst: Int! key: String limit: Int! period: String! }
type SingletonConfiguration { mode: SingletonMode! key: String }
enum SingletonMode { SKIP CANCEL }
`;

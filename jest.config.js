// Tests are compiled with the code they test; nothing is transformed at run time.
export default {
  roots: [
    '<rootDir>/libs',
    '<rootDir>/services',
    '<rootDir>/cli',
    '<rootDir>/bench',
    '<rootDir>/e2e',
  ],
  testRegex: '/dist/.*\\.test\\.js$',
  transform: {},
  globalSetup: '<rootDir>/libs/testing/dist/jest-setup.js',
  globalTeardown: '<rootDir>/libs/testing/dist/jest-teardown.js',
  testTimeout: 60_000,
};

// Package mongotest gives tests a server that speaks MongoDB's protocol: a real one, named by PIPEWRIGHT_TEST_MONGODB_URI, or
// else mongo-java-server, an independent implementation that keeps everything in memory, started once for a test process.
// It needs a JDK (17 or newer) and Maven then; Maven fetches the pinned jars once into the user's cache directory.
package mongotest

/// Frames between the nodes of one cluster, over persistent TCP connections with mutual TLS.
///
/// A frame may be lost, and arrives at most once and in order behind those that were sent before it over the
/// same connection. Nothing waits for anybody: what a peer does not take in time is dropped, the oldest
/// first, and counted.
///
/// Each node opens one connection to each peer for what it sends; the way back carries only signs of life.
/// Both show a certificate whose name is their node's, and nobody else is listened to. Without TLS there is
/// no telling who is who, so then a node only listens and connects to its own machine.
@NullMarked
package io.covenant.consensus.transport;

import org.jspecify.annotations.NullMarked;

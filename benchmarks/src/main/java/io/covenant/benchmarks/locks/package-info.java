/// Locks: this project's service beside etcd, ZooKeeper and Redis, each with its own client, and how long it
/// takes until another node grants when the primary has gone.
@NullMarked
package io.covenant.benchmarks.locks;

import org.jspecify.annotations.NullMarked;

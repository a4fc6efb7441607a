/// The lock service's client: [LockClient] is the door, [LeasedLock] what one holds.
///
/// ```java
/// try (var locks = LockClient.of(URI.create("http://127.0.0.1:8401"), URI.create("http://127.0.0.1:8402"))) {
///     try (var lock = locks.acquire("customers/42")) {
///         // every write to the resource carries lock.token(), and the resource refuses an older one
///     }
/// }
/// ```
@NullMarked
package io.covenant.locks.client;

import org.jspecify.annotations.NullMarked;

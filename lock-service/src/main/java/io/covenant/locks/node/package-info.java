/// A running replica of the lock service, without a server around it.
///
/// [LockNode] is the door: it joins the pure parts (`namespace`, `primary`) with a Raft node, its disk and the
/// peer transport. Any thread asks; answers come as futures, completed by the node's own threads, which wait
/// for nobody. [EventStream]s tell what happens, to those who keep up.
@NullMarked
package io.covenant.locks.node;

import org.jspecify.annotations.NullMarked;

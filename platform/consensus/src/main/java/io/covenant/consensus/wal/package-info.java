/// A write-ahead log for replicas and acceptors, and the store of their snapshots.
///
/// Failure model: the process dies at any instruction; the machine loses power, keeping any part of what was
/// not forced and tearing it anywhere; a force fails; the disk is full; bits rot. After each, the log opens
/// with all that was forced, in order, followed by at most what was appended after it; or it says why it
/// does not open.
///
/// Every record belongs to a batch, which is what one force covers, and says where its batch begins. A batch
/// begins only when the one before is durable. So a bad record with a good one of a later batch behind it
/// was durable once: that is damage, and the log does not open. A bad record without is the torn end of
/// the last force, which nobody was told about: it is cut. What rots within the very last batch looks like
/// the latter, as in every log of this kind.
///
/// A directory belongs to one member of one group, and says so in a file of its own. A member that finds its
/// directory empty has forgotten its votes: it is refused, and has to be removed from its group and added as
/// a new one.
///
/// Sources: P. Alagappan et al., "Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018; A. Rebello
/// et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020 (a failed force is never
/// repeated).
@NullMarked
package io.covenant.consensus.wal;

import org.jspecify.annotations.NullMarked;

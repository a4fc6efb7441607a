/// A group is simulated whole: the kernel as it is, shells around it with disks that forget, clients, and
/// somebody who breaks things. [History] knows what must hold.
@NullMarked
package io.covenant.consensus.raft;

import org.jspecify.annotations.NullMarked;

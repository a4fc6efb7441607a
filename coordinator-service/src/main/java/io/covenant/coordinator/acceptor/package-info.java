/// What this coordinator has promised and taken as an acceptor of Paxos Commit, on a disk of its own.
///
/// [DurableAcceptor] is the pure [io.covenant.transactions.paxoscommit.AcceptorLedger] over a write-ahead log;
/// [Membership] says to which group it belongs, and keeps a node that lost its disk from pretending that it never
/// promised anything.
@NullMarked
package io.covenant.coordinator.acceptor;

import org.jspecify.annotations.NullMarked;

/// Makes a service a participant: its branches are plain methods that vote, and commit or abort later, from any
/// instance, whatever crashes in between.
///
/// The way of a request: [io.covenant.transactions.participant.BranchController] binds it,
/// [io.covenant.transactions.participant.BranchExecutor] drives the pure
/// [io.covenant.transactions.twophase.TwoPhaseParticipant] with it, whose effects are one small method each over JDBC.
/// The prepared transaction and the barrier row in the service's own database are all that lasts; nothing that decides
/// is kept in memory.
@NullMarked
package io.covenant.transactions.participant;

import org.jspecify.annotations.NullMarked;

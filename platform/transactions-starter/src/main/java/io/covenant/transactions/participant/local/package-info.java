/// Branches that commit by themselves: reservations (try, confirm, cancel) and the steps of sagas, over one PostgreSQL
/// database.
///
/// Whatever a branch does, it does in a local transaction together with the *barrier row* that is the evidence
/// of it. [LocalExecutor] runs the cores [io.covenant.transactions.tcc.TccParticipant] and
/// [io.covenant.transactions.saga.SagaParticipant], each request one conversation; the controllers let
/// coordinators ask, and [ReservationSweep] asks them.
@NullMarked
package io.covenant.transactions.participant.local;

import org.jspecify.annotations.NullMarked;

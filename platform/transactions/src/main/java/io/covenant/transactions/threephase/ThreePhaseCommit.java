package io.covenant.transactions.threephase;

import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import io.covenant.transactions.threephase.Standing.Position;
import io.covenant.transactions.threephase.ThreePhaseCommit.Effect;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseCommit.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/// The coordinator's side of three-phase commit with quorum-based termination (E3PC), for one attempt of one
/// transaction.
///
/// An attempt starts by [#begin] at the coordinator that was asked. Any coordinator may [terminate][#terminate]
/// it, at any time and with any others at it too: whoever is elected by a quorum of the sites goes on where the
/// highest attempt among them stands.
public final class ThreePhaseCommit implements Protocol<State, Input, Effect> {

    /// Where an attempt stands, for the one who drives it. All of it is volatile.
    public sealed interface State {

        /// Prepares are sent, some votes are missing.
        ///
        /// @param awaiting not empty
        /// @param prepared the branches that voted yes
        record Voting(Electorate electorate, SortedSet<BranchId> awaiting, SortedSet<BranchId> prepared)
                implements State {
            public Voting {
                awaiting = copy(awaiting);
                prepared = copy(prepared);
            }
        }

        /// Sites are asked to elect this coordinator, and to say where they stand.
        record Electing(Electorate electorate, Election election, SortedMap<Site, Standing> standings)
                implements State {
            public Electing {
                standings = Collections.unmodifiableSortedMap(new TreeMap<>(standings));
            }
        }

        /// Sites are asked to pre-commit or to pre-abort; when a quorum has, that is the decision.
        ///
        /// @param accepted the sites that have
        record Attempting(Electorate electorate, Election election, Outcome outcome, SortedSet<Site> accepted)
                implements State {
            public Attempting {
                accepted = Collections.unmodifiableSortedSet(new TreeSet<>(accepted));
            }
        }

        /// Somebody else was elected meanwhile; this coordinator stands again after a while.
        ///
        /// @param highest the highest election it has heard of
        record Outrun(Electorate electorate, Election highest) implements State {}

        /// Decided for good; some sites have not confirmed what they were told.
        ///
        /// @param hazards branches that are not as decided
        record Telling(Outcome outcome, SortedSet<Site> unacked, SortedSet<BranchId> hazards) implements State {
            public Telling {
                unacked = Collections.unmodifiableSortedSet(new TreeSet<>(unacked));
                hazards = copy(hazards);
            }
        }

        /// Nobody waits for anything any more.
        record Finished(Decision decision, SortedSet<BranchId> hazards) implements State {
            public Finished {
                hazards = copy(hazards);
            }
        }

        private static SortedSet<BranchId> copy(SortedSet<BranchId> branches) {
            return Collections.unmodifiableSortedSet(new TreeSet<>(branches));
        }
    }

    /// What an attempt hears.
    public sealed interface Input {

        /// A branch answered `prepare`.
        record Voted(BranchId who, Vote vote) implements Input {}

        /// A site takes part in this election, durably, and says where it stood.
        record Elected(Site who, Election election, Standing standing) implements Input {}

        /// A site has moved in this election, durably.
        record Accepted(Site who, Election election) implements Input {}

        /// A site neither takes part nor moves in this election; why, its standing shows.
        record Refused(Site who, Election election, Standing standing) implements Input {}

        /// A site confirmed the decision.
        record Acked(Site who, Ack ack) implements Input {}

        /// The deadline has passed.
        record Expired() implements Input {}

        /// Somebody has not answered for a while.
        record Retry() implements Input {}
    }

    /// What an attempt asks for.
    public sealed interface Effect {

        /// Send the work with the electorate, and ask for a vote.
        record Prepare(BranchId to, Electorate electorate) implements Effect {}

        /// Ask a site to take part in an election.
        record Elect(Site to, Election election) implements Effect {}

        /// Ask a site to pre-commit or to pre-abort.
        ///
        /// The coordinators' site moves in [Election#FIRST] only beside the begin record of this attempt, not
        /// closed, and where no decision about the transaction is on record; it refuses otherwise. An attempt
        /// that is not on record never commits, so two attempts of one transaction never do.
        record Attempt(Site to, Election election, Outcome outcome) implements Effect {}

        /// Send the decision, with [what it means][Outcome#decisionFor] for the branch, and ask for a confirmation.
        /// The coordinators' site forces it to disk: there
        /// clients look for it.
        record Tell(Site to, Outcome outcome) implements Effect {}

        /// The client may hear this; it will never be otherwise.
        record Answer(Decision decision) implements Effect {}

        /// The attempt is over, and the coordinators' site has no word of its outcome yet: close its begin
        /// record, without force, then let the client hear it.
        ///
        /// Where that record is lost or another attempt's, or where the transaction has a decision on record,
        /// the client may hear only what becomes of the transaction: where nothing is on record, and no
        /// attempt of it is pre-committed there, put ABORT on record and force it.
        record Close(Decision decision) implements Effect {}

        /// Record the end, without force: it only saves work after a crash.
        record End(Decision decision) implements Effect {}
    }

    private static final Site COORDINATORS = new Site.Coordinators();

    private final long elector;
    private final TimeOutRule rule;

    /// For one drive of one attempt, by one coordinator.
    ///
    /// @param elector see [Election#elector()]
    public ThreePhaseCommit(long elector) {
        this(elector, TimeOutRule.ELECT);
    }

    public ThreePhaseCommit(long elector, TimeOutRule rule) {
        this.elector = elector;
        this.rule = rule;
    }

    /// Starts an attempt with the branches' work.
    ///
    /// @param branches not empty, all of one attempt
    public static Step<State, Effect> begin(Set<BranchId> branches) {
        var electorate = Electorate.of(branches);
        return new Step<>(
                new State.Voting(electorate, electorate.branches(), none()),
                each(electorate.branches(), branch -> new Effect.Prepare(branch, electorate)));
    }

    /// Brings an attempt to its end that others began, left, or still drive.
    public Step<State, Effect> terminate(Set<BranchId> branches) {
        return stand(Electorate.of(branches), Election.FIRST);
    }

    /// Finishes an attempt whose begin record is closed with this decision.
    public static Step<State, Effect> resume(Set<BranchId> branches, Decision closed) {
        return switch (closed) {
            // Closed like this only when nobody wrote: there is nothing to tell.
            case COMMIT -> finish(Decision.COMMIT, none(), List.of());
            case ABORT -> tell(Outcome.ABORT, Electorate.sites(branches), List.of());
        };
    }

    /// Tells the branches of an attempt what clients know already.
    ///
    /// @param known on record at the coordinators' site
    public static Step<State, Effect> resume(Set<BranchId> branches, Outcome known) {
        return tell(known, Electorate.sites(branches), List.of());
    }

    @Override
    public Step<State, Effect> on(State state, Input input) {
        return switch (state) {
            case State.Voting voting -> onVoting(voting, input);
            case State.Electing electing -> onElecting(electing, input);
            case State.Attempting attempting -> onAttempting(attempting, input);
            case State.Outrun outrun -> onOutrun(outrun, input);
            case State.Telling telling -> onTelling(telling, input);
            case State.Finished finished -> Step.stay(finished);
        };
    }

    private static Step<State, Effect> onVoting(State.Voting voting, Input input) {
        return switch (input) {
            case Input.Voted(var who, var _) when !voting.awaiting().contains(who) -> Step.stay(voting);
            case Input.Voted(var who, var vote) ->
                switch (vote) {
                    case Vote.Yes _ -> voted(voting, who, with(voting.prepared(), who));
                    case Vote.ReadOnly _ -> voted(voting, who, voting.prepared());
                    case Vote.No _ -> abort(with(without(voting.awaiting(), who), voting.prepared()));
                };
            // No site was asked to pre-commit, and none ever will be. A branch may have prepared although its vote
            // is missing: tell all.
            case Input.Expired _ -> abort(with(voting.awaiting(), voting.prepared()));
            case Input.Retry _ ->
                new Step<>(voting, each(voting.awaiting(), branch -> new Effect.Prepare(branch, voting.electorate())));
            case Input.Elected _, Input.Accepted _, Input.Refused _, Input.Acked _ -> Step.stay(voting);
        };
    }

    private static Step<State, Effect> onElecting(State.Electing electing, Input input) {
        return switch (input) {
            case Input.Elected(var _, var election, var _)
            when !election.equals(electing.election()) -> Step.stay(electing);
            case Input.Elected(var who, var _, var standing) -> elected(electing, who, standing);
            case Input.Refused(var _, var election, var standing) ->
                refused(electing, electing.electorate(), electing.election(), election, standing);
            case Input.Retry _ ->
                new Step<>(
                        electing,
                        each(
                                missing(
                                        electing.electorate().sites(),
                                        electing.standings().keySet()),
                                site -> new Effect.Elect(site, electing.election())));
            case Input.Voted _, Input.Accepted _, Input.Acked _, Input.Expired _ -> Step.stay(electing);
        };
    }

    private Step<State, Effect> onAttempting(State.Attempting attempting, Input input) {
        return switch (input) {
            case Input.Accepted(var _, var election)
            when !election.equals(attempting.election()) -> Step.stay(attempting);
            case Input.Accepted(var who, var _) -> accepted(attempting, who);
            case Input.Refused(var _, var election, var standing) ->
                refused(attempting, attempting.electorate(), attempting.election(), election, standing);
            case Input.Retry _ ->
                new Step<>(attempting, attempts(attempting, missing(asked(attempting), attempting.accepted())));
            case Input.Expired _
            when rule == TimeOutRule.UNSAFE_TEXTBOOK && !attempting.accepted().isEmpty() -> decided(attempting);
            // Pre-commits may be on disk: from here only a quorum can tell.
            case Input.Expired _, Input.Voted _, Input.Elected _, Input.Acked _ -> Step.stay(attempting);
        };
    }

    private Step<State, Effect> onOutrun(State.Outrun outrun, Input input) {
        return switch (input) {
            case Input.Retry _ -> stand(outrun.electorate(), outrun.highest());
            case Input.Voted _, Input.Elected _, Input.Accepted _, Input.Refused _, Input.Acked _, Input.Expired _ ->
                Step.stay(outrun);
        };
    }

    private static Step<State, Effect> onTelling(State.Telling telling, Input input) {
        return switch (input) {
            case Input.Acked(var who, var _) when !telling.unacked().contains(who) -> Step.stay(telling);
            case Input.Acked(var who, var ack) -> acked(telling, who, ack);
            case Input.Retry _ -> new Step<>(telling, tellings(telling.outcome(), telling.unacked()));
            case Input.Voted _, Input.Elected _, Input.Accepted _, Input.Refused _, Input.Expired _ ->
                Step.stay(telling);
        };
    }

    private static Step<State, Effect> voted(State.Voting voting, BranchId who, SortedSet<BranchId> prepared) {
        var awaiting = without(voting.awaiting(), who);
        if (!awaiting.isEmpty()) {
            return Step.to(new State.Voting(voting.electorate(), awaiting, prepared));
        }
        // The coordinators' site first: it vouches for the begin record.
        return prepared.isEmpty()
                ? finish(Decision.COMMIT, none(), List.of(new Effect.Close(Decision.COMMIT)))
                : attempt(
                        voting.electorate(),
                        Election.FIRST,
                        Outcome.commit(prepared),
                        new TreeSet<>(Set.of(COORDINATORS)));
    }

    /// Aborts without asking anybody: nobody else could ever pre-commit this attempt, and this coordinator did
    /// not. Only the client's answer waits for the begin record.
    private static Step<State, Effect> abort(SortedSet<BranchId> branches) {
        return tell(Outcome.ABORT, Electorate.sites(branches), List.of(new Effect.Close(Decision.ABORT)));
    }

    private Step<State, Effect> stand(Electorate electorate, Election highest) {
        var election = highest.next(elector);
        return new Step<>(
                new State.Electing(electorate, election, Collections.emptySortedMap()),
                each(electorate.sites(), site -> new Effect.Elect(site, election)));
    }

    /// Keidar and Dolev's decision rule (their §4.2): the highest attempt of a quorum decides what to attempt.
    private static Step<State, Effect> elected(State.Electing electing, Site who, Standing standing) {
        var electorate = electing.electorate();
        if (standing.decided().isPresent()) {
            return decide(electorate, standing.decided().get());
        }
        var standings = new TreeMap<>(electing.standings());
        standings.put(who, standing);
        if (!electorate.hasQuorum(standings.keySet())) {
            return Step.to(new State.Electing(electorate, electing.election(), standings));
        }
        var highest = Collections.max(standings.values(), Comparator.comparing(Standing::lastAttempt));
        var outcome = highest.position() == Position.PRE_COMMITTED ? Outcome.commit(highest.sealed()) : Outcome.ABORT;
        return attempt(electorate, electing.election(), outcome, electorate.sites());
    }

    private static Step<State, Effect> attempt(
            Electorate electorate, Election election, Outcome outcome, SortedSet<Site> sites) {
        var attempting = new State.Attempting(electorate, election, outcome, new TreeSet<>());
        return new Step<>(attempting, attempts(attempting, sites));
    }

    private static Step<State, Effect> accepted(State.Attempting before, Site who) {
        var accepted = new TreeSet<>(before.accepted());
        accepted.add(who);
        var attempting = new State.Attempting(before.electorate(), before.election(), before.outcome(), accepted);
        if (attempting.electorate().hasQuorum(accepted)) {
            return decided(attempting);
        }
        return new Step<>(attempting, attempts(attempting, missing(asked(attempting), asked(before))));
    }

    /// The sites that an attempt is for at this moment.
    private static SortedSet<Site> asked(State.Attempting attempting) {
        var all = attempting.electorate();
        if (!attempting.election().equals(Election.FIRST)) {
            return all.sites();
        }
        if (!attempting.accepted().contains(COORDINATORS)) {
            return new TreeSet<>(Set.of(COORDINATORS));
        }
        // Branches that only read are over; they are asked only where the others are no quorum.
        var writers = writers(attempting.outcome());
        return all.hasQuorum(writers) ? writers : all.sites();
    }

    private static SortedSet<Site> writers(Outcome outcome) {
        var writers = Electorate.sites(outcome.sealed());
        writers.add(COORDINATORS);
        return writers;
    }

    private static Step<State, Effect> refused(
            State here, Electorate electorate, Election mine, Election refused, Standing standing) {
        if (standing.decided().isPresent()) {
            return decide(electorate, standing.decided().get());
        }
        if (!refused.equals(mine)) {
            return Step.stay(here);
        }
        var highest = standing.lastElected().compareTo(mine) > 0 ? standing.lastElected() : mine;
        return Step.to(new State.Outrun(electorate, highest));
    }

    /// Whoever heard the votes need not bother the branches that only read.
    private static Step<State, Effect> decided(State.Attempting attempting) {
        return attempting.election().equals(Election.FIRST)
                ? tell(
                        attempting.outcome(),
                        writers(attempting.outcome()),
                        List.of(new Effect.Answer(attempting.outcome().decision())))
                : decide(attempting.electorate(), attempting.outcome());
    }

    private static Step<State, Effect> decide(Electorate electorate, Outcome outcome) {
        return switch (outcome.decision()) {
            case COMMIT -> tell(outcome, electorate.sites(), List.of(new Effect.Answer(Decision.COMMIT)));
            case ABORT ->
                tell(outcome, Electorate.sites(electorate.branches()), List.of(new Effect.Close(Decision.ABORT)));
        };
    }

    private static Step<State, Effect> tell(Outcome outcome, SortedSet<Site> sites, List<Effect> client) {
        return sites.isEmpty()
                ? finish(outcome.decision(), none(), client)
                : new Step<>(new State.Telling(outcome, sites, none()), joined(client, tellings(outcome, sites)));
    }

    private static Step<State, Effect> acked(State.Telling telling, Site who, Ack ack) {
        var unacked = new TreeSet<>(telling.unacked());
        unacked.remove(who);
        var hazards = who instanceof Site.Branch(var branch) && ack == Ack.HAZARD
                ? with(telling.hazards(), branch)
                : telling.hazards();
        return unacked.isEmpty()
                ? finish(telling.outcome().decision(), hazards, List.of())
                : Step.to(new State.Telling(telling.outcome(), unacked, hazards));
    }

    private static Step<State, Effect> finish(Decision decision, SortedSet<BranchId> hazards, List<Effect> before) {
        return new Step<>(new State.Finished(decision, hazards), joined(before, List.of(new Effect.End(decision))));
    }

    private static List<Effect> attempts(State.Attempting attempting, Collection<Site> sites) {
        return each(sites, site -> new Effect.Attempt(site, attempting.election(), attempting.outcome()));
    }

    private static List<Effect> tellings(Outcome outcome, Collection<Site> sites) {
        return each(sites, site -> new Effect.Tell(site, outcome));
    }

    private static <T> List<Effect> each(Collection<T> some, Function<T, Effect> effect) {
        return some.stream().map(effect).toList();
    }

    private static List<Effect> joined(List<Effect> first, List<Effect> then) {
        var all = new ArrayList<>(first);
        all.addAll(then);
        return all;
    }

    private static SortedSet<Site> missing(SortedSet<Site> all, Collection<Site> some) {
        var missing = new TreeSet<>(all);
        missing.removeAll(some);
        return missing;
    }

    private static SortedSet<BranchId> none() {
        return Collections.emptySortedSet();
    }

    private static SortedSet<BranchId> with(SortedSet<BranchId> branches, BranchId one) {
        return with(branches, Set.of(one));
    }

    private static SortedSet<BranchId> with(SortedSet<BranchId> branches, Collection<BranchId> others) {
        var more = new TreeSet<>(branches);
        more.addAll(others);
        return more;
    }

    private static SortedSet<BranchId> without(SortedSet<BranchId> branches, BranchId one) {
        var fewer = new TreeSet<>(branches);
        fewer.remove(one);
        return fewer;
    }
}

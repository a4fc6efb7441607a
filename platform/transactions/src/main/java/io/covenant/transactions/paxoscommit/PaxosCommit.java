package io.covenant.transactions.paxoscommit;

import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.paxoscommit.PaxosCommit.Effect;
import io.covenant.transactions.paxoscommit.PaxosCommit.Input;
import io.covenant.transactions.paxoscommit.PaxosCommit.State;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The leader's side of Paxos Commit: has one transaction decided, or learns how it was.
///
/// A leader starts by [#beginNamed], [#begin] or [#takeOver]. There may be any number of them at once. All that
/// a leader knows is volatile: whoever comes after it asks the acceptors.
public final class PaxosCommit implements Protocol<State, Input, Effect> {

    /// Where a leader stands.
    public sealed interface State {

        /// Phase 1: a majority has to promise to take nothing below this ballot.
        ///
        /// @param plan      what to begin if nobody has begun anything; empty for one who only finishes
        /// @param promised  what each acceptor reported that has promised
        /// @param forgotten the acceptors that remember nothing so old
        record Claiming(
                Ballot ballot,
                Optional<Plan> plan,
                SortedMap<String, Optional<Accepted>> promised,
                SortedSet<String> forgotten)
                implements State {
            public Claiming {
                promised = Collections.unmodifiableSortedMap(new TreeMap<>(promised));
                forgotten = copy(forgotten);
            }
        }

        /// The branches work and vote; the acceptors report when they have all votes.
        ///
        /// @param took the acceptors that reported, with what
        record Voting(Ballot ballot, Plan plan, SortedMap<String, Outcome> took) implements State {
            public Voting {
                took = Collections.unmodifiableSortedMap(new TreeMap<>(took));
            }
        }

        /// Phase 2, for what an earlier ballot left.
        ///
        /// @param took      the acceptors that have taken it
        /// @param forgotten the acceptors that remember nothing so old
        record Proposing(Ballot ballot, Outcome outcome, SortedSet<String> took, SortedSet<String> forgotten)
                implements State {
            public Proposing {
                took = copy(took);
                forgotten = copy(forgotten);
            }
        }

        /// Somebody leads in a higher ballot; before the next try it gets some time.
        ///
        /// @param next the ballot of that try
        record Outbid(Ballot next, Optional<Plan> plan) implements State {}

        /// Decided for good; some branches have not confirmed what they were told.
        ///
        /// @param unacked not empty
        /// @param hazards branches that are not as decided
        record Telling(Outcome outcome, SortedSet<BranchId> unacked, SortedSet<BranchId> hazards) implements State {
            public Telling {
                unacked = copy(unacked);
                hazards = copy(hazards);
            }
        }

        /// Nobody waits for anything any more.
        record Finished(Outcome outcome, SortedSet<BranchId> hazards) implements State {
            public Finished {
                hazards = copy(hazards);
            }
        }

        /// A majority has forgotten it, so it had ended, or it never comes to anything.
        record Gone() implements State {}

        private static <T> SortedSet<T> copy(SortedSet<T> some) {
            return Collections.unmodifiableSortedSet(new TreeSet<>(some));
        }
    }

    /// What a leader hears.
    public sealed interface Input {

        /// An acceptor answered, or reported.
        record Heard(String acceptor, Reply reply) implements Input {}

        /// A branch answered that it is not prepared and does not want to be. It may be asked again, by a message
        /// that is under way, and vote after all.
        record Refused(BranchId who) implements Input {}

        /// A branch confirmed what it was told.
        record Acked(BranchId who, Ack ack) implements Input {}

        /// The deadline has passed.
        record Expired() implements Input {}

        /// Somebody has not answered for a while.
        record Retry() implements Input {}
    }

    /// What a leader asks for.
    public sealed interface Effect {

        record Ask(String acceptor, Request request) implements Effect {}

        /// Send the work, and have the branch cast its vote in this ballot with this list.
        record Prepare(BranchId to, Ballot ballot, Plan plan) implements Effect {}

        /// Send the decision to this service and ask for a confirmation.
        record Tell(BranchId to, String service, Decision decision) implements Effect {}

        /// The client may hear this; it will never be otherwise.
        record Answer(Outcome outcome) implements Effect {}

        /// The client may hear that it is too late to ask. A branch that asked, and is still prepared, aborts.
        record GiveUp() implements Effect {}
    }

    private final SortedSet<String> acceptors;

    /// @param acceptors 2F+1 of them, to bear F failures; the same for everybody, for ever
    public PaxosCommit(Collection<String> acceptors) {
        this.acceptors = Collections.unmodifiableSortedSet(new TreeSet<>(acceptors));
        if (this.acceptors.size() % 2 == 0) {
            throw new IllegalArgumentException("an odd number of acceptors is needed: " + acceptors);
        }
    }

    /// Starts a transaction whose id this leader has drawn itself: nobody else can have begun it, so the first
    /// phase is left out.
    ///
    /// @param ballot of round 0
    public Step<State, Effect> beginNamed(Ballot ballot, Plan plan) {
        if (ballot.round() != 0) {
            throw new IllegalArgumentException("not the first ballot: " + ballot);
        }
        return vote(ballot, plan);
    }

    /// Starts a transaction whose id a client has chosen, unless somebody else has; then finishes what there is.
    public Step<State, Effect> begin(Ballot ballot, Plan plan) {
        return claim(ballot, Optional.of(plan));
    }

    /// Finishes a transaction that another leader left: with what may have been chosen, or else with ABORT.
    public Step<State, Effect> takeOver(Ballot ballot) {
        return claim(ballot, Optional.empty());
    }

    @Override
    public Step<State, Effect> on(State state, Input input) {
        return switch (state) {
            case State.Claiming claiming -> onClaiming(claiming, input);
            case State.Voting voting -> onVoting(voting, input);
            case State.Proposing proposing -> onProposing(proposing, input);
            case State.Outbid outbid -> onOutbid(outbid, input);
            case State.Telling telling -> onTelling(telling, input);
            case State.Finished finished -> Step.stay(finished);
            case State.Gone gone -> Step.stay(gone);
        };
    }

    private Step<State, Effect> onClaiming(State.Claiming claiming, Input input) {
        return switch (input) {
            case Input.Heard(var acceptor, var _) when !acceptors.contains(acceptor) -> Step.stay(claiming);
            case Input.Heard(var acceptor, var reply) ->
                switch (reply) {
                    case Reply.Promised(var ballot, var accepted)
                    when ballot.equals(claiming.ballot()) -> promised(claiming, acceptor, accepted);
                    case Reply.Outbid(var ballot, var by)
                    when ballot.equals(claiming.ballot()) ->
                        Step.to(new State.Outbid(ballot.above(by), claiming.plan()));
                    case Reply.Closed(var outcome, var ended) -> decided(outcome, ended);
                    case Reply.Forgotten _ -> forgotten(claiming, with(claiming.forgotten(), acceptor));
                    case Reply.Promised _, Reply.Outbid _, Reply.Took _ -> Step.stay(claiming);
                };
            // No branch has heard of the plan.
            case Input.Expired _ ->
                Step.to(new State.Claiming(
                        claiming.ballot(), Optional.empty(), claiming.promised(), claiming.forgotten()));
            case Input.Retry _ ->
                new Step<>(
                        claiming,
                        ask(
                                others(claiming.promised().keySet(), claiming.forgotten()),
                                new Request.Claim(claiming.ballot())));
            case Input.Refused _, Input.Acked _ -> Step.stay(claiming);
        };
    }

    private Step<State, Effect> promised(State.Claiming claiming, String acceptor, Optional<Accepted> accepted) {
        var promised = new TreeMap<>(claiming.promised());
        promised.put(acceptor, accepted);
        if (!isMajority(promised.size())) {
            return Step.to(new State.Claiming(claiming.ballot(), claiming.plan(), promised, claiming.forgotten()));
        }
        var found = Accepted.safe(
                promised.values().stream().flatMap(Optional::stream).toList());
        return found.isEmpty() && claiming.plan().isPresent()
                ? vote(claiming.ballot(), claiming.plan().get())
                : propose(claiming.ballot(), found.orElse(Outcome.NOTHING));
    }

    private Step<State, Effect> forgotten(State.Claiming claiming, SortedSet<String> forgotten) {
        return isMajority(forgotten.size())
                ? giveUp()
                : Step.to(new State.Claiming(claiming.ballot(), claiming.plan(), claiming.promised(), forgotten));
    }

    private Step<State, Effect> onVoting(State.Voting voting, Input input) {
        return switch (input) {
            case Input.Heard(var acceptor, var _) when !acceptors.contains(acceptor) -> Step.stay(voting);
            case Input.Heard(var acceptor, var reply) ->
                switch (reply) {
                    case Reply.Took(var ballot, var outcome)
                    when ballot.equals(voting.ballot()) -> took(voting, acceptor, outcome);
                    case Reply.Closed(var outcome, var ended) -> decided(outcome, ended);
                    case Reply.Took _, Reply.Promised _, Reply.Outbid _, Reply.Forgotten _ -> Step.stay(voting);
                };
            // The branches own this ballot: only a higher one can choose for them.
            case Input.Refused(var who) when !voting.plan().has(who) -> Step.stay(voting);
            case Input.Refused _, Input.Expired _ -> claim(voting.ballot().above(voting.ballot()), Optional.empty());
            case Input.Retry _ -> new Step<>(voting, prepares(voting.ballot(), voting.plan()));
            case Input.Acked _ -> Step.stay(voting);
        };
    }

    private Step<State, Effect> took(State.Voting voting, String acceptor, Outcome outcome) {
        var took = new TreeMap<>(voting.took());
        took.put(acceptor, outcome);
        var same = took.values().stream().filter(outcome::equals).count();
        return isMajority(same)
                ? decided(outcome, false)
                : Step.to(new State.Voting(voting.ballot(), voting.plan(), took));
    }

    private Step<State, Effect> onProposing(State.Proposing proposing, Input input) {
        return switch (input) {
            case Input.Heard(var acceptor, var _) when !acceptors.contains(acceptor) -> Step.stay(proposing);
            case Input.Heard(var acceptor, var reply) ->
                switch (reply) {
                    case Reply.Took(var ballot, var _)
                    when ballot.equals(proposing.ballot()) -> took(proposing, with(proposing.took(), acceptor));
                    case Reply.Outbid(var ballot, var by)
                    when ballot.equals(proposing.ballot()) && ballot.isBelow(by) ->
                        Step.to(new State.Outbid(ballot.above(by), Optional.empty()));
                    case Reply.Closed(var outcome, var ended) -> decided(outcome, ended);
                    case Reply.Forgotten _ -> forgotten(proposing, with(proposing.forgotten(), acceptor));
                    case Reply.Took _, Reply.Outbid _, Reply.Promised _ -> Step.stay(proposing);
                };
            case Input.Retry _ ->
                new Step<>(
                        proposing,
                        ask(
                                others(proposing.took(), proposing.forgotten()),
                                new Request.Accept(proposing.ballot(), proposing.outcome())));
            case Input.Expired _, Input.Refused _, Input.Acked _ -> Step.stay(proposing);
        };
    }

    private Step<State, Effect> took(State.Proposing proposing, SortedSet<String> took) {
        return isMajority(took.size())
                ? decided(proposing.outcome(), false)
                : Step.to(new State.Proposing(proposing.ballot(), proposing.outcome(), took, proposing.forgotten()));
    }

    private Step<State, Effect> forgotten(State.Proposing proposing, SortedSet<String> forgotten) {
        return isMajority(forgotten.size())
                ? giveUp()
                : Step.to(new State.Proposing(proposing.ballot(), proposing.outcome(), proposing.took(), forgotten));
    }

    private Step<State, Effect> onOutbid(State.Outbid outbid, Input input) {
        return switch (input) {
            case Input.Heard(var acceptor, Reply.Closed(var outcome, var ended))
            when acceptors.contains(acceptor) -> decided(outcome, ended);
            case Input.Retry _ -> claim(outbid.next(), outbid.plan());
            case Input.Expired _ -> Step.to(new State.Outbid(outbid.next(), Optional.empty()));
            case Input.Heard _, Input.Refused _, Input.Acked _ -> Step.stay(outbid);
        };
    }

    private Step<State, Effect> onTelling(State.Telling telling, Input input) {
        return switch (input) {
            case Input.Acked(var who, var _) when !telling.unacked().contains(who) -> Step.stay(telling);
            case Input.Acked(var who, var ack) ->
                switch (ack) {
                    case DONE -> acked(telling.outcome(), without(telling.unacked(), who), telling.hazards());
                    case HAZARD ->
                        acked(telling.outcome(), without(telling.unacked(), who), with(telling.hazards(), who));
                };
            // Whoever is asked meanwhile shall know.
            case Input.Retry _ ->
                new Step<>(
                        telling,
                        both(
                                tell(telling.outcome(), telling.unacked()),
                                ask(acceptors, new Request.Close(telling.outcome(), false))));
            case Input.Heard _, Input.Refused _, Input.Expired _ -> Step.stay(telling);
        };
    }

    private Step<State, Effect> claim(Ballot ballot, Optional<Plan> plan) {
        return new Step<>(
                new State.Claiming(ballot, plan, new TreeMap<>(), new TreeSet<>()),
                ask(acceptors, new Request.Claim(ballot)));
    }

    private static Step<State, Effect> vote(Ballot ballot, Plan plan) {
        return new Step<>(new State.Voting(ballot, plan, new TreeMap<>()), prepares(ballot, plan));
    }

    private Step<State, Effect> propose(Ballot ballot, Outcome outcome) {
        return new Step<>(
                new State.Proposing(ballot, outcome, new TreeSet<>(), new TreeSet<>()),
                ask(acceptors, new Request.Accept(ballot, outcome)));
    }

    private Step<State, Effect> decided(Outcome outcome, boolean ended) {
        var answer = List.<Effect>of(new Effect.Answer(outcome));
        var branches = outcome.plan().map(Plan::branches).orElseGet(TreeSet::new);
        return ended || branches.isEmpty()
                ? finish(outcome, new TreeSet<>(), answer)
                : new Step<>(
                        new State.Telling(outcome, branches, new TreeSet<>()), both(answer, tell(outcome, branches)));
    }

    private Step<State, Effect> acked(Outcome outcome, SortedSet<BranchId> unacked, SortedSet<BranchId> hazards) {
        return unacked.isEmpty()
                ? finish(outcome, hazards, List.of())
                : Step.to(new State.Telling(outcome, unacked, hazards));
    }

    /// A transaction with a hazard is closed and not ended: it stays on record until a person has looked.
    private Step<State, Effect> finish(Outcome outcome, SortedSet<BranchId> hazards, List<Effect> before) {
        return new Step<>(
                new State.Finished(outcome, hazards),
                both(before, ask(acceptors, new Request.Close(outcome, hazards.isEmpty()))));
    }

    /// All acceptors drop it, so that two that still hold it do not open it at each other again.
    private Step<State, Effect> giveUp() {
        return new Step<>(new State.Gone(), both(List.of(new Effect.GiveUp()), ask(acceptors, new Request.Drop())));
    }

    private boolean isMajority(long some) {
        return some > acceptors.size() / 2;
    }

    private SortedSet<String> others(Collection<String> some, Collection<String> more) {
        var others = new TreeSet<>(acceptors);
        others.removeAll(some);
        others.removeAll(more);
        return others;
    }

    private static List<Effect> ask(Collection<String> some, Request request) {
        return some.stream()
                .<Effect>map(acceptor -> new Effect.Ask(acceptor, request))
                .toList();
    }

    private static List<Effect> prepares(Ballot ballot, Plan plan) {
        return plan.branches().stream()
                .<Effect>map(branch -> new Effect.Prepare(branch, ballot, plan))
                .toList();
    }

    private static List<Effect> tell(Outcome outcome, SortedSet<BranchId> branches) {
        return outcome.plan().stream()
                .flatMap(plan -> branches.stream()
                        .<Effect>map(branch ->
                                new Effect.Tell(branch, plan.services().getOrDefault(branch, ""), outcome.decision())))
                .toList();
    }

    private static List<Effect> both(List<Effect> some, List<Effect> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    private static <T> SortedSet<T> with(SortedSet<T> some, T one) {
        var more = new TreeSet<>(some);
        more.add(one);
        return more;
    }

    private static <T> SortedSet<T> without(SortedSet<T> some, T one) {
        var fewer = new TreeSet<>(some);
        fewer.remove(one);
        return fewer;
    }
}

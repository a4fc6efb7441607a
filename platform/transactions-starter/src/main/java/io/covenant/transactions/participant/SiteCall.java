package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.threephase.ThreePhaseParticipant;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Effect;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Input;
import io.covenant.transactions.threephase.ThreePhaseParticipant.State;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import java.sql.SQLException;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request about one branch under three-phase commit: the standing is kept by [BranchSites], the branch itself is
/// worked on, committed and rolled back as in two-phase commit.
final class SiteCall implements AutoCloseable {

    /// What the branch hears when an effect of two-phase commit has been tried.
    @FunctionalInterface
    interface Branch {
        TwoPhaseParticipant.Input perform(TwoPhaseParticipant.Effect effect);
    }

    private static final Logger LOG = LoggerFactory.getLogger(SiteCall.class);

    /// Of a request that does not touch the branch.
    private static final Branch UNTOUCHED = effect -> {
        throw new IllegalStateException("not part of a question about the standing: " + effect);
    };

    private final ThreePhaseParticipant protocol;
    private final BranchId id;
    private final BranchSites sites;
    private final Branch branch;
    private final @Nullable SortedMap<String, String> electorate;

    private BranchSites.@Nullable Opened opened;
    private @Nullable String reason;

    private SiteCall(
            ThreePhaseParticipant protocol,
            BranchId id,
            BranchSites sites,
            Branch branch,
            @Nullable SortedMap<String, String> electorate) {
        this.protocol = protocol;
        this.id = id;
        this.sites = sites;
        this.branch = branch;
        this.electorate = electorate;
    }

    static SiteCall prepare(
            ThreePhaseParticipant protocol,
            BranchId id,
            BranchSites sites,
            SortedMap<String, String> electorate,
            Branch branch) {
        return new SiteCall(protocol, id, sites, branch, electorate);
    }

    static SiteCall finish(ThreePhaseParticipant protocol, BranchId id, BranchSites sites, Branch branch) {
        return new SiteCall(protocol, id, sites, branch, null);
    }

    static SiteCall ask(ThreePhaseParticipant protocol, BranchId id, BranchSites sites) {
        return new SiteCall(protocol, id, sites, UNTOUCHED, null);
    }

    /// Why the standing could not be told; absent while it could.
    @Nullable
    String reason() {
        return reason;
    }

    /// What is to be replied.
    Effect run(Input first) {
        State state = new State.Idle();
        var input = first;
        while (true) {
            var step = protocol.on(state, input);
            state = step.next();
            var effect = step.effects().getFirst();
            switch (effect) {
                case Effect.Enroll _ -> input = enroll();
                case Effect.Open _ -> input = open();
                case Effect.Force force -> input = force(force);
                case Effect.Note note -> input = learn(note);
                case Effect.Do(var work) -> input = new Input.Heard(branch.perform(work));
                case Effect.Elected _,
                        Effect.Accepted _,
                        Effect.Refused _,
                        Effect.Cast _,
                        Effect.Confirm _,
                        Effect.Inquire _,
                        Effect.AskAgain _ -> {
                    return effect;
                }
            }
        }
    }

    private Input enroll() {
        if (electorate == null) {
            throw new IllegalStateException("a prepare without an electorate: " + id);
        }
        try {
            sites.enroll(id, electorate);
            return new Input.Enrolled();
        } catch (SQLException e) {
            return lost(e);
        }
    }

    private Input open() {
        try {
            var open = sites.open(id);
            opened = open;
            return new Input.Found(open.standing());
        } catch (SQLException e) {
            return lost(e);
        }
    }

    private Input force(Effect.Force force) {
        var open = opened;
        if (open == null) {
            throw new IllegalStateException("nothing is open: " + id);
        }
        try {
            open.force(force.standing());
            return new Input.Forced();
        } catch (SQLException e) {
            return lost(e);
        }
    }

    /// On a connection of its own: the row must not stay locked while it is looked at, as a time-out does.
    private Input learn(Effect.Note note) {
        close();
        try {
            sites.learn(id, note.outcome());
            return new Input.Noted();
        } catch (SQLException e) {
            return lost(e);
        }
    }

    private Input lost(SQLException failure) {
        reason = String.valueOf(failure.getMessage());
        LOG.warn("{}: where it stands cannot be told: {}", id, reason);
        return new Input.Lost();
    }

    @Override
    public void close() {
        var closing = opened;
        opened = null;
        if (closing != null) {
            try {
                closing.close();
            } catch (SQLException e) {
                LOG.debug("unlocking {} failed", id, e);
            }
        }
    }
}

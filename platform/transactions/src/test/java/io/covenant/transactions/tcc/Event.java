package io.covenant.transactions.tcc;

import io.covenant.simulation.Tally;

/// What a campaign must have seen, or it proves less than it seems to.
enum Event implements Tally.Counted {
    COMMIT("transactions confirmed"),
    ABORT("transactions cancelled in the register"),
    CLOSED_ABORT("cancellations without the register"),
    EMPTY_COMMIT("transactions that reserved nothing"),
    TAKE_OVER_FOUND_COMMIT("take-overs that found COMMIT"),
    ZOMBIE_PROPOSAL_LOST("COMMITs that came after a tombstone or a take-over"),
    TOMBSTONE("tombstones written for an inquiry"),
    INQUIRY_COMMIT("inquiries answered COMMIT"),
    INQUIRY_UNDECIDED("reservations that were over and undecided, and stayed"),
    CLOSE_REFUSED("closes refused"),
    TRY_FENCED("late tries stopped by a fence"),
    TRY_REPEATED("tries that found their branch reserved"),
    EMPTY_CANCEL("cancellations that found nothing"),
    CONFIRM_REPEATED("confirmations that found their branch confirmed"),
    CANCEL_REPEATED("cancellations that found their branch cancelled"),
    CONFIRM_FORGOTTEN("confirmations after everybody had forgotten"),
    CANCEL_FORGOTTEN("cancellations after everybody had forgotten"),
    MET_RUNNING("requests that met their branch at work"),
    REFUSED("tries refused"),
    NOTHING("tries with nothing to reserve"),
    HAZARD_NEVER_TRIED("hazards of a reservation whose rows were lost"),
    HAZARD_CANCELLED("hazards of a reservation cancelled by hand"),
    HAZARD_RESERVATION_GONE("hazards of a reservation that was gone");

    private final String plural;

    Event(String plural) {
        this.plural = plural;
    }

    @Override
    public String plural() {
        return plural;
    }
}

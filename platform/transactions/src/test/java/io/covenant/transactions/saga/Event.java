package io.covenant.transactions.saga;

import io.covenant.simulation.Tally;

/// What a campaign must have seen, or it proves less than it seems to.
enum Event implements Tally.Counted {
    FORWARD("decisions to go forward"),
    BACKWARD("decisions to go backward"),
    NEVER_BACKWARD("sagas done that never go backward"),
    TAKE_OVER_FORWARD("take-overs past the decision forward"),
    TAKE_OVER_BACKWARD("take-overs past the decision backward"),
    TAKE_OVER_UNDECIDED("take-overs before any decision"),
    SUPERSEDED("decisions refused to a superseded owner"),
    PIVOT_FENCED("pivots fenced"),
    PIVOT_FOUND_DONE("pivots that were to be fenced and were done"),
    ACTION_REPEATED("actions that found themselves done"),
    ACTION_FENCED("late actions stopped by a compensation"),
    ACTION_REJECTED("actions that found themselves rejected by a report"),
    EMPTY_COMPENSATION("compensations that found nothing"),
    COMPENSATION_REPEATED("compensations that found themselves done"),
    COMPENSATED_BEFORE_REPORT("compensations of a step that had not reported"),
    LATE_REPORT("reports that came after the compensation"),
    MET_RUNNING("requests that met their step at work"),
    ACCEPTED("steps that answered that they would report"),
    POLLED("steps asked again while they had not reported"),
    OVERDUE("steps that took too long"),
    REFUSED("steps refused"),
    STUCK("sagas stuck"),
    RESUMED("sagas resumed");

    private final String plural;

    Event(String plural) {
        this.plural = plural;
    }

    @Override
    public String plural() {
        return plural;
    }
}

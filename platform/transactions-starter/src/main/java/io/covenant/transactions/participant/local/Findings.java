package io.covenant.transactions.participant.local;

import io.covenant.transactions.tcc.Settlement.Finding;

/// What the person who looks is told about the evidence of a hazard.
final class Findings {

    private Findings() {}

    static String detailOf(Finding finding) {
        return switch (finding) {
            case NEVER_TRIED -> "it was to be confirmed, and nothing was ever reserved here: its rows are lost";
            case CANCELLED -> "it was to be confirmed and was cancelled before: somebody gave it back by hand";
            case RESERVATION_GONE -> "it was to be confirmed, and what was reserved is not there any more";
            case CONFIRMED -> "it was to be cancelled and is confirmed: somebody confirmed it by hand";
            case FORGOTTEN -> "it was to be confirmed, and is so old that its rows may be purged";
        };
    }
}

package io.covenant.coordinator.transaction;

import io.covenant.transactions.wire.TransactionResource;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// What happened to a transaction, in order, with microseconds since it began. Not thread-safe.
///
/// As JSON it is a list of lists, such as `[[0,"begun"],[104,"prepare-sent","orders"]]`.
final class Timeline {

    /// A transaction whose participants are away for hours does not fill the memory with it.
    static final int LONGEST = 250;

    private static final JsonFactory JSON = new JsonFactory();

    /// One thing that happened.
    ///
    /// @param micros since the begin
    /// @param branch whom it concerns, when not the transaction as a whole
    record Entry(
            long micros,
            Event event,
            @Nullable String branch,
            @Nullable String detail) {}

    /// The kinds of things that happen, in the order in which they usually do.
    enum Event {
        BEGUN("begun"),
        PREPARE_SENT("prepare-sent"),
        PREPARE_UNANSWERED("prepare-unanswered"),
        VOTED("voted"),
        TRY_SENT("try-sent"),
        TRY_UNANSWERED("try-unanswered"),
        TRIED("tried"),
        RUN_SENT("run-sent"),
        RUN_UNANSWERED("run-unanswered"),
        RAN("ran"),
        SETTLE_SENT("settle-sent"),
        SETTLED("settled"),
        VOTES_IN("votes-in"),
        DEADLINE_PASSED("deadline-passed"),
        RESERVATION_OVER("reservation-over"),
        TAKEN_OVER("taken-over"),
        ELECTION("election"),
        ATTEMPT("attempt"),
        MOVED("moved"),
        OUTRUN("outrun"),
        DECISION_PROPOSED("decision-proposed"),
        REGISTER_UNAVAILABLE("register-unavailable"),
        DECIDED("decided"),
        TOLD("told"),
        UNCONFIRMED("unconfirmed"),
        ACKNOWLEDGED("acknowledged"),
        HAZARD("hazard"),
        FINISHED("finished"),
        // of a saga's steps
        ACT_SENT("act-sent"),
        ACCEPTED("accepted"),
        REPORTED("reported"),
        DONE("done"),
        REFUSED("refused"),
        FAILED("failed"),
        OVERDUE("overdue"),
        FENCE_SENT("fence-sent"),
        FENCED("fenced"),
        UNDO_SENT("undo-sent"),
        UNDONE("undone"),
        STUCK("stuck"),
        RESUMED("resumed"),
        /// Written by a later version of this program.
        UNKNOWN("unknown");

        private final String text;

        Event(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }

        private static Event of(String text) {
            for (var event : values()) {
                if (event.text.equals(text)) {
                    return event;
                }
            }
            return UNKNOWN;
        }
    }

    private final List<Entry> entries = new ArrayList<>(16);

    void add(long micros, Event event, @Nullable String branch, @Nullable String detail) {
        if (entries.size() < LONGEST) {
            entries.add(new Entry(micros, event, branch, detail));
        }
    }

    /// Puts what is known from elsewhere before what is not known from there.
    void startWith(List<Entry> earlier) {
        entries.removeAll(earlier);
        entries.addAll(0, earlier);
    }

    List<Entry> entries() {
        return List.copyOf(entries);
    }

    List<Entry> entriesFrom(int first) {
        return List.copyOf(entries.subList(Math.min(first, entries.size()), entries.size()));
    }

    /// As clients see it.
    static List<TransactionResource.Event> resource(Instant begin, List<Entry> entries) {
        var events = new ArrayList<TransactionResource.Event>(entries.size());
        for (var entry : entries) {
            events.add(new TransactionResource.Event(
                    begin.plus(entry.micros(), ChronoUnit.MICROS),
                    entry.micros(),
                    entry.event().text(),
                    entry.branch(),
                    entry.detail()));
        }
        return Collections.unmodifiableList(events);
    }

    static String write(List<Entry> entries) {
        var text = new java.io.StringWriter(32 * entries.size() + 2);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartArray();
            for (var entry : entries) {
                json.writeStartArray();
                json.writeNumber(entry.micros());
                json.writeString(entry.event().text());
                if (entry.branch() != null || entry.detail() != null) {
                    json.writeString(entry.branch());
                }
                if (entry.detail() != null) {
                    json.writeString(entry.detail());
                }
                json.writeEndArray();
            }
            json.writeEndArray();
        }
        return text.toString();
    }

    static List<Entry> read(@Nullable String text) {
        if (text == null) {
            return List.of();
        }
        var entries = new ArrayList<Entry>();
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.START_ARRAY) {
                json.nextToken();
                long micros = json.getLongValue();
                var event = Event.of(String.valueOf(json.nextStringValue()));
                String branch = null;
                String detail = null;
                if (json.nextToken() != JsonToken.END_ARRAY) {
                    branch = json.currentToken() == JsonToken.VALUE_NULL ? null : json.getString();
                    if (json.nextToken() != JsonToken.END_ARRAY) {
                        detail = json.getString();
                        json.nextToken();
                    }
                }
                entries.add(new Entry(micros, event, branch, detail));
            }
        }
        return entries;
    }
}

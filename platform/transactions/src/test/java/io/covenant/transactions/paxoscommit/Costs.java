package io.covenant.transactions.paxoscommit;

import io.covenant.transactions.TransactionId;
import java.util.EnumMap;
import java.util.Map;

/// Counts what a transaction sends from one machine to another, and what it forces to disk.
final class Costs {

    enum Kind {
        CLAIM,
        PROMISE,
        PREPARE,
        VOTE,
        REPORT,
        TELL,
        CONFIRM,
        CLOSE,
        OTHER_MESSAGE,
        ACCEPTOR_FORCE
    }

    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);

    void count(Kind kind) {
        counts.merge(kind, 1, Integer::sum);
    }

    void sent(Message message) {
        count(
                switch (message) {
                    case Message.Prepare _ -> Kind.PREPARE;
                    case Message.Asked(TransactionId _, Request request) ->
                        switch (request) {
                            case Request.Claim _ -> Kind.CLAIM;
                            case Request.Cast _ -> Kind.VOTE;
                            case Request.Accept _, Request.Drop _ -> Kind.OTHER_MESSAGE;
                            case Request.Close _ -> Kind.CLOSE;
                        };
                    case Message.Heard(TransactionId _, Reply reply) ->
                        switch (reply) {
                            case Reply.Promised _ -> Kind.PROMISE;
                            case Reply.Took _ -> Kind.REPORT;
                            case Reply.Outbid _, Reply.Closed _, Reply.Forgotten _ -> Kind.OTHER_MESSAGE;
                        };
                    case Message.Tell _ -> Kind.TELL;
                    case Message.Acked _ -> Kind.CONFIRM;
                    case Message.Refused _, Message.Inquire _, Message.Inquired _ -> Kind.OTHER_MESSAGE;
                });
    }

    int of(Kind kind) {
        return counts.getOrDefault(kind, 0);
    }
}

package io.covenant.coordinator.transaction.web;

import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Payload;
import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.coordinator.transaction.TransactionSettings;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.AcceptorLedger;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.Violation;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// Reads the request to run a transaction from its bytes.
///
/// By hand, token by token, because the payloads are none of the coordinator's business: they are checked to be
/// JSON, and passed on as the very bytes that came, never as a tree.
final class RunRequestReader {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._:/-]{0,99}");
    private static final String NAME_RULE =
            "must be 1 to 100 letters, digits, spaces and . _ : / -, beginning with a letter or digit";
    static final Pattern TERM = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");
    static final String TERM_RULE = "must be 1 to 40 characters of a-z, 0-9 and '-', beginning with a letter or digit";

    private static final String PROTOCOL_RULE = Arrays.stream(CommitProtocol.values())
            .map(CommitProtocol::name)
            .collect(Collectors.joining(", ", "must be one of ", ""));

    private final TransactionSettings settings;
    private final Predicate<String> knowsService;
    private final boolean hasQuorum;

    /// @param hasQuorum whether this coordinator runs Paxos Commit
    RunRequestReader(TransactionSettings settings, Predicate<String> knowsService, boolean hasQuorum) {
        this.settings = settings;
        this.knowsService = knowsService;
        this.hasQuorum = hasQuorum;
    }

    /// @throws io.covenant.web.problem.ProblemException 400 or 422, naming every field that breaks a rule
    TransactionPlan read(byte[] body, @Nullable String requestId) {
        try (var json = JSON.createParser(ObjectReadContext.empty(), body)) {
            return new Reading(json, body).plan(requestId);
        } catch (JacksonException e) {
            throw new HttpMessageNotReadableException("The transaction", e, new AlreadyRead());
        }
    }

    /// One request on its way.
    private final class Reading {

        private final JsonParser json;
        private final byte[] body;
        private final List<Violation> violations = new ArrayList<>(0);
        private final List<Violation> unknownServices = new ArrayList<>(0);

        private @Nullable TransactionId id;
        private @Nullable String name;
        private CommitProtocol protocol = CommitProtocol.TWO_PHASE;
        private Duration deadline = settings.defaultDeadline();
        private boolean inTurn;
        private final List<TransactionPlan.Branch> branches = new ArrayList<>(4);
        private final Set<String> branchNames = new HashSet<>(8);
        private int branchesSeen = -1;
        private final SagaReading saga;

        Reading(JsonParser json, byte[] body) {
            this.json = json;
            this.body = body;
            this.saga = new SagaReading(json, violations);
        }

        TransactionPlan plan(@Nullable String requestId) {
            if (json.nextToken() == null) {
                throw Problem.of(HttpStatus.BAD_REQUEST, "body-missing", "The request must have a body.")
                        .asException();
            }
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw wrongType("body", "must be an object");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                var field = json.currentName();
                var value = json.nextToken();
                switch (field) {
                    case "id" -> id(value);
                    case "name" -> name(value);
                    case "protocol" -> protocol(value);
                    case "deadlineMillis" -> deadline(value);
                    case "inTurn" -> inTurn(value);
                    case "recovery" -> saga.recovery(value);
                    case "branches" -> branches(value);
                    default -> throw unknown(field);
                }
            }
            if (json.nextToken() != null) {
                throw Problem.of(
                                HttpStatus.BAD_REQUEST,
                                "malformed-json",
                                "The body is not valid JSON: something follows its end.")
                        .asException();
            }
            return checked(requestId);
        }

        private TransactionPlan checked(@Nullable String requestId) {
            if (name == null) {
                violations.addFirst(new Violation("name", "must be present"));
            }
            if (branchesSeen < 1 || branchesSeen > settings.maxBranches()) {
                violations.add(new Violation(
                        "branches", "must be an array of 1 to %d branches".formatted(settings.maxBranches())));
            }
            boolean isSaga = protocol == CommitProtocol.SAGA;
            checkDeadline(isSaga);
            if (!isSaga) {
                violations.addAll(saga.foreign());
            } else if (inTurn) {
                violations.add(new Violation("inTurn", "is not for sagas, whose steps say what they come after"));
            }
            if (protocol == CommitProtocol.PAXOS_COMMIT) {
                requirePaxos();
            }
            if (!violations.isEmpty()) {
                throw refused(HttpStatus.BAD_REQUEST, "validation-failed", violations);
            }
            if (!unknownServices.isEmpty()) {
                throw refused(HttpStatus.UNPROCESSABLE_CONTENT, "unknown-service", unknownServices);
            }
            return new TransactionPlan(
                    id == null ? fresh() : id,
                    String.valueOf(name),
                    protocol,
                    deadline,
                    inTurn,
                    branches,
                    requestId,
                    isSaga ? Optional.of(saga.saga(String.valueOf(name), branches)) : Optional.empty());
        }

        private TransactionId fresh() {
            return protocol == CommitProtocol.TWO_PHASE && branches.size() == 1
                    ? FreshIds.nextDecidedByItsBranch()
                    : FreshIds.next();
        }

        private void requirePaxos() {
            if (!hasQuorum) {
                violations.add(new Violation(
                        "protocol",
                        "must not be PAXOS_COMMIT here: covenant.coordinator.paxos.members names no coordinators"));
            }
            if (id != null && !AcceptorLedger.takes(id)) {
                violations.add(new Violation("id", "must be a UUID of version 7 under PAXOS_COMMIT"));
            }
        }

        private static RuntimeException refused(HttpStatus status, String code, List<Violation> violations) {
            var first = violations.getFirst();
            var detail = violations.size() == 1
                    ? "%s: %s".formatted(first.field(), first.rule())
                    : "%d fields break a rule; the first: %s: %s"
                            .formatted(violations.size(), first.field(), first.rule());
            return Problem.of(status, code, detail).violating(violations).asException();
        }

        private void id(JsonToken value) {
            var text = optionalText("id", value);
            if (text != null) {
                try {
                    id = TransactionId.parse(text);
                } catch (IllegalArgumentException e) {
                    violations.add(new Violation("id", "must be a UUID"));
                }
            }
        }

        private void name(JsonToken value) {
            var text = optionalText("name", value);
            if (text != null) {
                name = text;
                if (!NAME.matcher(text).matches()) {
                    violations.add(new Violation("name", NAME_RULE));
                }
            }
        }

        private void protocol(JsonToken value) {
            var text = optionalText("protocol", value);
            if (text != null) {
                try {
                    protocol = CommitProtocol.valueOf(text);
                } catch (IllegalArgumentException e) {
                    violations.add(new Violation("protocol", PROTOCOL_RULE));
                }
            }
        }

        private void deadline(JsonToken value) {
            if (value == JsonToken.VALUE_NULL) {
                return;
            }
            if (value != JsonToken.VALUE_NUMBER_INT) {
                throw wrongType("deadlineMillis", "must be an integer");
            }
            // How long it may be depends on the protocol, which may come later.
            long most = SagaReading.LONGEST_STEP.toMillis();
            boolean fits = json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                    && json.getLongValue() >= 1
                    && json.getLongValue() <= most;
            if (fits) {
                deadline = Duration.ofMillis(json.getLongValue());
            } else {
                deadline = Duration.ZERO;
            }
        }

        private void checkDeadline(boolean isSaga) {
            var most = isSaga ? SagaReading.LONGEST_STEP : settings.maxDeadline();
            if (!deadline.isPositive() || deadline.compareTo(most) > 0) {
                violations.add(new Violation("deadlineMillis", "must be between 1 and %d".formatted(most.toMillis())));
            }
        }

        private void inTurn(JsonToken value) {
            inTurn = switch (value) {
                case VALUE_TRUE -> true;
                case VALUE_FALSE, VALUE_NULL -> false;
                default -> throw wrongType("inTurn", "must be true or false");
            };
        }

        private void branches(JsonToken value) {
            if (value != JsonToken.START_ARRAY) {
                throw wrongType("branches", "must be an array");
            }
            branchesSeen = 0;
            while (json.nextToken() != JsonToken.END_ARRAY) {
                var place = "branches[%d]".formatted(branchesSeen++);
                if (json.currentToken() != JsonToken.START_OBJECT) {
                    throw wrongType(place, "must be an object");
                }
                if (branchesSeen > settings.maxBranches()) {
                    json.skipChildren();
                } else {
                    branch(place);
                }
            }
        }

        private void branch(String place) {
            String branchName = null;
            String service = null;
            String operation = null;
            Payload payload = null;
            while (json.nextToken() != JsonToken.END_OBJECT) {
                var field = json.currentName();
                var value = json.nextToken();
                switch (field) {
                    case "name" -> branchName = term(place + ".name", value);
                    case "service" -> service = term(place + ".service", value);
                    case "operation" -> operation = term(place + ".operation", value);
                    case "payload" -> payload = payload(value);
                    default -> {
                        if (!saga.reads(branchesSeen - 1, field, value)) {
                            throw unknown(place + "." + field);
                        }
                    }
                }
            }
            if (service == null) {
                violations.add(new Violation(place + ".service", "must be present"));
            } else if (!knowsService.test(service)) {
                unknownServices.add(new Violation(place + ".service", "must be a service that is known here"));
            }
            if (operation == null) {
                violations.add(new Violation(place + ".operation", "must be present"));
            }
            if (payload == null) {
                violations.add(new Violation(place + ".payload", "must be present"));
            } else if (payload.length() > settings.maxPayload().toBytes()) {
                violations.add(new Violation(
                        place + ".payload",
                        "must not be longer than %d bytes"
                                .formatted(settings.maxPayload().toBytes())));
            }
            if (branchName == null) {
                branchName = service;
            }
            if (branchName != null && !branchNames.add(branchName)) {
                violations.add(new Violation(place + ".name", "must be another name than that of the branches before"));
            }
            if (violations.isEmpty() && branchName != null && service != null && operation != null && payload != null) {
                branches.add(new TransactionPlan.Branch(branchName, service, operation, payload));
            }
        }

        private @Nullable String term(String place, JsonToken value) {
            var text = optionalText(place, value);
            if (text != null && !TERM.matcher(text).matches()) {
                violations.add(new Violation(place, TERM_RULE));
            }
            return text;
        }

        /// The bytes of the value that begins here.
        private @Nullable Payload payload(JsonToken value) {
            if (value == JsonToken.VALUE_NULL) {
                return null;
            }
            long from = json.currentTokenLocation().getByteOffset();
            if (value.isStructStart()) {
                json.skipChildren();
            } else {
                json.getString(); // reads to its end
            }
            long to = json.currentLocation().getByteOffset();
            if (from < 0 || to < 0) {
                throw Problem.of(HttpStatus.BAD_REQUEST, "malformed-json", "The body must be encoded in UTF-8.")
                        .asException();
            }
            return Payload.within(body, Math.toIntExact(from), Math.toIntExact(to));
        }

        private @Nullable String optionalText(String place, JsonToken value) {
            return switch (value) {
                case VALUE_NULL -> null;
                case VALUE_STRING -> json.getString();
                default -> throw wrongType(place, "must be a string");
            };
        }

        private static RuntimeException wrongType(String field, String rule) {
            return Problem.ofField("wrong-type", field, rule).asException();
        }
    }

    static RuntimeException unknown(String field) {
        var shown = field.length() > 100 ? field.substring(0, 100) + "..." : field;
        return Problem.ofField("unknown-field", shown.replaceAll("\\p{Cntrl}", "?"), "is not known here")
                .asException();
    }

    /// Stands for the request in an exception about its body.
    private record AlreadyRead() implements HttpInputMessage {

        @Override
        public InputStream getBody() {
            return InputStream.nullInputStream();
        }

        @Override
        public HttpHeaders getHeaders() {
            return HttpHeaders.EMPTY;
        }
    }
}

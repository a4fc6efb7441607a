package io.covenant.transactions.initiator;

import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.BranchRequest;
import io.covenant.web.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// How services tell each other what each has to say of one transaction: the caller sends the id of the one that it
/// declares, and the called service answers with its branches, as headers.
final class Shares {

    /// In a request: the transaction that the answer shall say branches of.
    static final String TRANSACTION = "Covenant-Transaction";

    /// In its answer: those branches, as JSON in Base64 for URLs.
    static final String BRANCHES = "Covenant-Branches";

    /// Which the outside does not reach, and where only services are let in.
    static final String DOORS = "/internal/";

    /// Servers take 8 KB of headers by default.
    static final int MOST_CHARACTERS = 6_000;

    private static final TypeReference<List<BranchRequest<JsonNode>>> TYPE = new TypeReference<>() {};

    private final JsonMapper mapper;

    Shares(JsonMapper mapper) {
        this.mapper = mapper.rebuild()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }

    /// The transaction that a caller wants to hear branches of; nothing where the outside could be the caller.
    ///
    /// @throws io.covenant.web.problem.ProblemException 400 when it is no id
    static Optional<TransactionId> wanted(HttpServletRequest request) {
        var id = request.getHeader(TRANSACTION);
        if (id == null || !request.getRequestURI().startsWith(DOORS)) {
            return Optional.empty();
        }
        try {
            return Optional.of(TransactionId.parse(id));
        } catch (IllegalArgumentException _) {
            throw Problem.ofField("header-invalid", TRANSACTION, "must be the id of a transaction, a UUID")
                    .asException();
        }
    }

    /// Has the answer say these branches.
    ///
    /// @throws io.covenant.web.problem.ProblemException 422 when they are too long for that
    void handBack(List<BranchRequest<Object>> branches, HttpServletResponse response) {
        if (branches.isEmpty()) {
            return;
        }
        if (response.isCommitted()) {
            throw new IllegalStateException("the answer is under way without the branches of " + branches);
        }
        var text = Base64.getUrlEncoder().withoutPadding().encodeToString(mapper.writeValueAsBytes(branches));
        int length = text.length()
                + response.getHeaders(BRANCHES).stream()
                        .mapToInt(String::length)
                        .sum();
        if (length > MOST_CHARACTERS) {
            throw Problem.of(
                            HttpStatus.UNPROCESSABLE_CONTENT,
                            "transaction-share-too-long",
                            "What this service has to say of the transaction takes %d characters of %s, which holds %d; nothing was begun."
                                    .formatted(length, BRANCHES, MOST_CHARACTERS))
                    .with("longest", MOST_CHARACTERS)
                    .asException();
        }
        response.addHeader(BRANCHES, text);
    }

    /// What an answer says.
    ///
    /// @throws IllegalStateException when that cannot be read: no branch is lost without a word
    List<BranchRequest<Object>> read(List<String> headers) {
        var branches = new ArrayList<BranchRequest<Object>>();
        for (var text : headers) {
            try {
                for (var said : mapper.readValue(Base64.getUrlDecoder().decode(text), TYPE)) {
                    branches.add(new BranchRequest<>(
                            said.name(),
                            said.service(),
                            said.operation(),
                            said.payload(),
                            said.compensation(),
                            said.after(),
                            said.pivot(),
                            said.retries()));
                }
            } catch (IllegalArgumentException | JacksonException e) {
                throw new IllegalStateException("%s holds no branches: %s".formatted(BRANCHES, text), e);
            }
        }
        return branches;
    }
}

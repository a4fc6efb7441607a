package io.covenant.web.services;

import java.nio.charset.StandardCharsets;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The body of an answer: bytes that are read as JSON when somebody asks.
public final class AnswerBody {

    private final byte[] bytes;
    private final JsonMapper mapper;

    AnswerBody(byte[] bytes, JsonMapper mapper) {
        this.bytes = bytes;
        this.mapper = mapper;
    }

    /// Reads the body as this type. Fields that the type does not have are ignored, so that a newer service can be
    /// understood.
    ///
    /// @throws tools.jackson.core.JacksonException if it is something else
    public <T> T as(Class<T> type) {
        return mapper.readValue(bytes, type);
    }

    public <T> T as(TypeReference<T> type) {
        return mapper.readValue(bytes, type);
    }

    /// The body as a tree.
    public JsonNode asTree() {
        return mapper.readTree(bytes);
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    public int length() {
        return bytes.length;
    }

    public String asText() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return asText();
    }
}

package io.covenant.locks.spring.names;

import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What an instance says of itself in its file: JSON of at most 1 KiB.
///
/// @param address     where it answers
/// @param weight      its share of the calls beside the others' weights; 0 for none
/// @param zone        where it runs; empty when that is not told
/// @param incarnation of one start of one process: a name alone does not tell twins apart
public record ServiceRecord(URI address, int weight, String zone, String incarnation) {

    static final int MOST_BYTES = 1_024;
    static final int MOST_WEIGHT = 10_000;

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    public ServiceRecord {
        Objects.requireNonNull(incarnation, "incarnation");
        Objects.requireNonNull(zone, "zone");
        if (address.getHost() == null || !Set.of("http", "https").contains(address.getScheme())) {
            throw new IllegalArgumentException("an address is an http or https URI with a host, not " + address);
        }
        if (weight < 0 || weight > MOST_WEIGHT) {
            throw new IllegalArgumentException("a weight is between 0 and %d, not %d".formatted(MOST_WEIGHT, weight));
        }
    }

    /// @throws IllegalArgumentException when it is longer than a file of a registry may be
    byte[] toBytes() {
        byte[] bytes = JSON.writeValueAsBytes(new Written(address.toString(), weight, zone, incarnation));
        if (bytes.length > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "an instance tells at most %d bytes of itself, not %d; make its zone shorter"
                            .formatted(MOST_BYTES, bytes.length));
        }
        return bytes;
    }

    /// @return empty for what is no such record: whoever may write files may write anything
    static Optional<ServiceRecord> read(byte[] bytes) {
        if (bytes.length > MOST_BYTES) {
            return Optional.empty();
        }
        try {
            var written = JSON.readValue(bytes, Written.class);
            return written == null || written.address() == null
                    ? Optional.empty()
                    : Optional.of(new ServiceRecord(
                            URI.create(written.address()),
                            written.weight() == null ? RegistryProperties.USUAL_WEIGHT : written.weight(),
                            Objects.requireNonNullElse(written.zone(), ""),
                            Objects.requireNonNullElse(written.incarnation(), "")));
        } catch (JacksonException | IllegalArgumentException strange) {
            return Optional.empty();
        }
    }

    private record Written(
            @Nullable String address,
            @Nullable Integer weight,
            @Nullable String zone,
            @Nullable String incarnation) {}
}

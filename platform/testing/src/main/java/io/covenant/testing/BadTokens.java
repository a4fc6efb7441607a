package io.covenant.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/// Tokens that are good but for one thing, as whoever wants in makes them.
public final class BadTokens {

    private final TestIssuer issuer;
    private final String scopes;
    private final URI elsewhere;

    /// @param elsewhere where a forger's own key is to be fetched from
    public BadTokens(TestIssuer issuer, URI elsewhere, String... scopes) {
        this.issuer = issuer;
        this.elsewhere = elsewhere;
        this.scopes = String.join(" ", scopes);
    }

    /// All of them, each with the name of what is wrong.
    public Stream<Named<String>> all() {
        return Stream.concat(wrongClaims(), wrongSignatures());
    }

    private Stream<Named<String>> wrongClaims() {
        return Stream.of(
                Named.of("expired", but(claims -> claims.expirationTime(in(Duration.ofSeconds(-60))))),
                Named.of("not valid yet", but(claims -> claims.notBeforeTime(in(Duration.ofSeconds(90))))),
                Named.of("without an end", but(claims -> claims.expirationTime(null))),
                Named.of("of another issuer", but(claims -> claims.issuer("http://127.0.0.1:1/other"))),
                Named.of("without an issuer", but(claims -> claims.issuer(null))),
                Named.of("made for others", but(claims -> claims.audience("somebody-else"))),
                Named.of("made for nobody", but(claims -> claims.audience((String) null))));
    }

    private Stream<Named<String>> wrongSignatures() {
        var forger = TestIssuer.newKey();
        var ours = issuer.publicKey();
        return Stream.of(
                Named.of("unsigned", new PlainJWT(claims()).serialize()),
                Named.of("signed with the public key as a shared secret", sharedSecret(publicBytes(ours))),
                Named.of("the same, with its PEM text", sharedSecret(pem(publicBytes(ours)))),
                Named.of("of a key that nobody knows", TestIssuer.sign(claims(), forger, JWSAlgorithm.RS256)),
                Named.of(
                        "of another key under the name of ours",
                        forged(forger, new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(ours.getKeyID()))),
                Named.of(
                        "of a key that it brings along",
                        forged(forger, new JWSHeader.Builder(JWSAlgorithm.RS256).jwk(forger.toPublicJWK()))),
                Named.of(
                        "of a key that is to be fetched elsewhere",
                        forged(
                                forger,
                                new JWSHeader.Builder(JWSAlgorithm.RS256)
                                        .keyID(forger.getKeyID())
                                        .jwkURL(elsewhere))),
                Named.of("with more scopes than were signed", widened()));
    }

    private String but(UnaryOperator<JWTClaimsSet.Builder> fault) {
        return issuer.token(claims -> fault.apply(claims.claim("scope", scopes)));
    }

    private JWTClaimsSet claims() {
        return issuer.claims().claim("scope", scopes).build();
    }

    private static Date in(Duration time) {
        return Date.from(Instant.now().plus(time));
    }

    private String sharedSecret(byte[] secret) {
        try {
            var token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256)
                            .keyID(issuer.publicKey().getKeyID())
                            .type(JOSEObjectType.JWT)
                            .build(),
                    claims());
            token.sign(new MACSigner(secret));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private String forged(RSAKey key, JWSHeader.Builder header) {
        try {
            var token = new SignedJWT(header.type(JOSEObjectType.JWT).build(), claims());
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private String widened() {
        var parts = issuer.token("nothing:much").split("\\.", -1);
        return parts[0] + "." + Base64URL.encode(claims().toString()) + "." + parts[2];
    }

    private static byte[] publicBytes(RSAKey key) {
        try {
            return key.toPublicKey().getEncoded();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] pem(byte[] key) {
        var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
        return "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                .formatted(lines)
                .getBytes(StandardCharsets.US_ASCII);
    }
}

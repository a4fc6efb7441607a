package io.covenant.issuer;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.web.SecurityFilterChain;

/// The authorization server: its token endpoint, its keys, what it says about itself, its health. Nothing else answers.
@Configuration(proxyBeanMethods = false)
class IssuerConfiguration {

    /// The secrets are random and long: that they are hashed is enough, the hash need not be slow.
    private static final int STRENGTH = 4;

    @Bean
    SecurityFilterChain issuing(HttpSecurity http) {
        return http.oauth2AuthorizationServer(server -> server.oidc(Customizer.withDefaults()))
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .authorizeHttpRequests(requests -> requests.requestMatchers(
                                "/actuator/health/**",
                                "/actuator/prometheus",
                                "/oauth2/token",
                                "/oauth2/jwks",
                                "/.well-known/openid-configuration")
                        .permitAll()
                        .anyRequest()
                        .denyAll())
                .build();
    }

    @Bean
    AuthorizationServerSettings authorizationServerSettings(IssuerProperties properties) {
        return AuthorizationServerSettings.builder()
                .issuer(properties.uri().toString())
                .build();
    }

    @Bean
    PasswordEncoder secretsEncoder() {
        return new BCryptPasswordEncoder(STRENGTH);
    }

    @Bean
    RegisteredClientRepository accounts(IssuerProperties properties, PasswordEncoder secrets) {
        return new InMemoryRegisteredClientRepository(Accounts.of(properties, secrets));
    }

    @Bean
    JWKSource<SecurityContext> signingKey(IssuerProperties properties) {
        return new ImmutableJWKSet<>(new JWKSet(SigningKey.in(properties.key())));
    }

    @Bean
    OAuth2TokenCustomizer<JwtEncodingContext> claims() {
        return new Claims();
    }
}

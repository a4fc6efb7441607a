package io.covenant.issuer;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import io.covenant.web.management.ManagementPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
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

/// The authorization server: its token endpoint, its keys, what it says about itself; and health and metrics, where it
/// is watched. Nothing else answers.
@Configuration(proxyBeanMethods = false)
class IssuerConfiguration {

    /// The secrets are random and long: that they are hashed is enough, the hash need not be slow.
    private static final int STRENGTH = 4;

    /// Nobody is issued anything where it is watched.
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    SecurityFilterChain watching(HttpSecurity http) {
        return stateless(http)
                .securityMatcher(ManagementPort::took)
                .authorizeHttpRequests(
                        requests -> requests.requestMatchers("/actuator/health/**", "/actuator/prometheus")
                                .permitAll()
                                .anyRequest()
                                .denyAll())
                .build();
    }

    @Bean
    SecurityFilterChain issuing(HttpSecurity http) {
        return stateless(http)
                .oauth2AuthorizationServer(server -> server.oidc(Customizer.withDefaults()))
                .authorizeHttpRequests(requests -> requests.requestMatchers(
                                "/oauth2/token", "/oauth2/jwks", "/.well-known/openid-configuration")
                        .permitAll()
                        .anyRequest()
                        .denyAll())
                .build();
    }

    private static HttpSecurity stateless(HttpSecurity http) {
        return http.sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable);
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

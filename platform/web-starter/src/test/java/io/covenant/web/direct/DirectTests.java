package io.covenant.web.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.web.Http;
import io.covenant.web.deadline.RequestDeadline;
import io.covenant.web.problem.Problem;
import io.covenant.web.request.RequestId;
import jakarta.validation.Valid;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.RequestContextHolder;

/// A thread on which Spring MVC works knows the request, one that answers directly does not: so the two are told apart
/// here.
class DirectTests {

    private static final Locale OF_THE_MACHINE = Locale.getDefault();

    private ConfigurableApplicationContext service = start(KnowsEverybody.class);

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Service {}

    static class KnowsEverybody {

        @Bean
        Admission admission() {
            return _ -> true;
        }
    }

    static class KnowsNobody {

        @Bean
        Admission admission() {
            return _ -> false;
        }
    }

    record Question(String text) {}

    @RestController
    static class Controller {

        @Direct
        @PostMapping("/questions")
        Map<String, String> answer(@RequestBody Question question) {
            if (question.text().equals("why")) {
                throw Problem.of(HttpStatus.CONFLICT, "no-reason", "There is none.")
                        .asException();
            }
            return Map.of(
                    "way", RequestContextHolder.getRequestAttributes() == null ? "direct" : "spring",
                    "locale", LocaleContextHolder.getLocale().toString(),
                    "request", String.valueOf(RequestId.current()),
                    "hurried", String.valueOf(RequestDeadline.current() != null));
        }

        @Direct
        @PostMapping("/bytes")
        ResponseEntity<Map<String, Integer>> count(@RequestBody byte[] bytes) {
            return bytes.length == 4
                    ? ResponseEntity.accepted().location(URI.create("/later")).build()
                    : ResponseEntity.created(URI.create("/bytes/1")).body(Map.of("bytes", bytes.length));
        }
    }

    @RestController
    static class Validating {

        @Direct
        @PostMapping("/validated")
        Question validated(@Valid @RequestBody Question question) {
            return question;
        }
    }

    @RestController
    static class Variable {

        @Direct
        @PostMapping("/questions/{id}")
        Question variable(@PathVariable String id, @RequestBody Question question) {
            return new Question(id + question);
        }
    }

    private static ConfigurableApplicationContext start(Class<?> more, String... properties) {
        var arguments = new String[properties.length + 1];
        System.arraycopy(properties, 0, arguments, 1, properties.length);
        arguments[0] = "--server.port=0";
        return new SpringApplicationBuilder(Service.class, Controller.class, more).run(arguments);
    }

    /// Rules are told in English, also by a machine that speaks something else.
    @BeforeAll
    static void speakGerman() {
        Locale.setDefault(Locale.GERMANY);
    }

    @AfterAll
    static void speakAsBefore() {
        Locale.setDefault(OF_THE_MACHINE);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private Http http() {
        return new Http(Integer.parseInt(service.getEnvironment().getRequiredProperty("local.server.port")));
    }

    private String way(String path, String body, String... headers) {
        return http().post(path, body, headers).json().path("way").asString();
    }

    @Test
    void answersDirectlyAsSpringDoes() {
        var answer = http().post("/questions", "{\"text\":\"who\"}", "X-Request-Id", "r-1", "X-Deadline-Millis", "900");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("Content-Length"))
                .isEqualTo(Integer.toString(answer.text().length()));
        assertThat(answer.header("X-Request-Id")).isEqualTo("r-1");
        assertThat(answer.json().path("way").asString()).isEqualTo("direct");
        assertThat(answer.json().path("locale").asString()).isEqualTo("en");
        assertThat(answer.json().path("request").asString()).isEqualTo("r-1");
        assertThat(answer.json().path("hurried").asString()).isEqualTo("true");
    }

    @Test
    void givesWholeAnswers() {
        var created = http().post("/bytes", "12345");
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("Location")).isEqualTo("/bytes/1");
        assertThat(created.text()).isEqualTo("{\"bytes\":5}");

        var accepted = http().post("/bytes", "1234");
        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.header("Location")).isEqualTo("/later");
        assertThat(accepted.text()).isEmpty();
    }

    @Test
    void refusesInTheSameWords() {
        http().post("/questions", "{\"text\":\"why\"}").isProblem(409, "no-reason");
        http().post("/questions", "{\"text\":7}").isProblem(400, "wrong-type").naming("text", "must be a string");
        http().post("/questions", "{\"text\":\"who\"}", "X-Deadline-Millis", "soon")
                .isProblem(400, "bad-deadline");
        http().get("/questions").isProblem(405, "method-not-allowed");
    }

    @Test
    void leavesToSpringWhatIsNotPlain() {
        assertThat(way("/questions", "{\"text\":\"who\"}")).isEqualTo("direct");
        assertThat(way("/questions?x=1", "{\"text\":\"who\"}")).isEqualTo("spring");
        assertThat(way("/questions", "{\"text\":\"who\"}", "Content-Type", "application/json;charset=utf-8"))
                .isEqualTo("spring");
        assertThat(way("/questions", "{\"text\":\"who\"}", "Accept", "application/*"))
                .isEqualTo("spring");
    }

    @Test
    void leavesToSpringWhomTheGuardDoesNotKnow() {
        service.close();
        service = start(KnowsNobody.class);

        assertThat(way("/questions", "{\"text\":\"who\"}")).isEqualTo("spring");
    }

    @Test
    void canBeTurnedOff() {
        service.close();
        service = start(KnowsEverybody.class, "--covenant.web.direct.enabled=false");

        assertThat(way("/questions", "{\"text\":\"who\"}")).isEqualTo("spring");
    }

    @Test
    void doesNotStartWithAnEndpointOfWhichSpringKnowsMore() {
        assertThatThrownBy(() -> new SpringApplicationBuilder(Service.class, KnowsEverybody.class, Validating.class)
                        .run("--server.port=0"))
                .hasStackTraceContaining("@RequestBody and nothing else");
        assertThatThrownBy(() -> new SpringApplicationBuilder(Service.class, KnowsEverybody.class, Variable.class)
                        .run("--server.port=0"))
                .hasStackTraceContaining("without variables");
    }
}

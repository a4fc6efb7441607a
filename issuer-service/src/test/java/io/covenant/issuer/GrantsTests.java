package io.covenant.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPatternParser;

/// What the accounts may, against what the services ask for, as both stand in the sources.
class GrantsTests {

    private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern SCOPE = Pattern.compile("String ([A-Z_]+) = \"([a-z]+:[a-z]+)\";");
    private static final Pattern RULE = Pattern.compile(
            "requestMatchers\\(([^)]*)\\)\\s*(?://.*\\s*)?\\.access\\((outside|everybody|services)\\(Scopes\\.([A-Z_]+)\\)\\)");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(?:sh)?$(.*?)^```$");
    private static final Pattern VARIABLE =
            Pattern.compile("(?m)^([A-Za-z]+)=(\"[^\"]*\"|'[^']*'|\\$\\([^)]*\\)|\\S+)");
    private static final Pattern ADDRESS =
            Pattern.compile("(?:http://)?(?:127\\.0\\.0\\.1|localhost):(\\d+)(/[^\\s\"'?]*)");
    private static final Pattern ROLE = Pattern.compile("covenant token --role ([a-z]+)");

    private record Rule(Optional<String> method, List<String> paths, String side, String scope) {

        boolean covers(Curl curl) {
            return method.map(curl.method()::equals).orElse(true)
                    && paths.stream()
                            .anyMatch(path -> PathPatternParser.defaultInstance
                                    .parse(path)
                                    .matches(PathContainer.parsePath(curl.path())));
        }
    }

    private record Curl(Path document, String role, String method, int port, String path) {

        boolean watches() {
            return path.startsWith("/actuator");
        }
    }

    @Test
    void areAllTheScopesThatServicesKnowAndNoOthers() throws IOException {
        var given = Stream.of("roles", "services")
                .flatMap(kind -> accounts(kind).values().stream())
                .flatMap(account -> account.scopes().stream())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(given).containsExactlyElementsOf(new TreeSet<>(scopes().values()));
    }

    @Test
    void keepWhatDrivesBranchesFromPeople() {
        assertThat(accounts("roles").values())
                .noneMatch(account -> account.scopes().contains("branches:drive"));
    }

    @Test
    void sufficeForEveryRequestThatTheDocumentsShow() throws IOException {
        var curls = curls().stream().filter(curl -> !curl.watches()).toList();
        var roles = accounts("roles");
        var locks = rules("lock-service");
        var others = Stream.of("order-service", "inventory-service", "coordinator-service")
                .flatMap(service -> rules(service).stream())
                .toList();

        assertThat(curls).hasSizeGreaterThan(12);
        assertThat(curls).allSatisfy(curl -> {
            var rule = (curl.port() / 100 == 84 ? locks : others)
                    .stream().filter(each -> each.covers(curl)).findFirst();
            assertThat(rule).as("the rule of the endpoint").isPresent();
            assertThat(rule.orElseThrow().side()).isNotEqualTo("services");
            var account = roles.get(curl.role());
            assertThat(account == null ? Set.of() : account.scopes())
                    .contains(rule.orElseThrow().scope());
        });
    }

    @Test
    void areNotNeededWhereTheDocumentsWatchAService() throws IOException {
        var watching = curls().stream().filter(Curl::watches).toList();

        assertThat(watching).isNotEmpty().allSatisfy(curl -> {
            assertThat(curl.port() % 100).as("a port 50 above an API's").isBetween(50, 99);
            assertThat(curl.path()).matches("/actuator/(prometheus|health(/.*)?)");
        });
    }

    private static Map<String, IssuerProperties.Account> accounts(String kind) {
        try {
            var sources = new MutablePropertySources();
            new YamlPropertySourceLoader()
                    .load("application", new ClassPathResource("application.yml"))
                    .forEach(sources::addLast);
            return new Binder(ConfigurationPropertySources.from(sources))
                    .bind("covenant.issuer." + kind, Bindable.mapOf(String.class, IssuerProperties.Account.class))
                    .get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> scopes() throws IOException {
        var source = Files.readString(
                CHECKOUT.resolve("platform/security-starter/src/main/java/io/covenant/security/Scopes.java"));
        return SCOPE.matcher(source)
                .results()
                .collect(Collectors.toMap(found -> found.group(1), found -> found.group(2)));
    }

    private static List<Rule> rules(String service) {
        try (var files = Files.walk(CHECKOUT.resolve(service).resolve("src/main/java"))) {
            var scopes = scopes();
            var rules = new ArrayList<Rule>();
            for (var file : files.filter(each -> each.toString().endsWith("Access.java"))
                    .toList()) {
                RULE.matcher(Files.readString(file)).results().forEach(found -> rules.add(rule(found, scopes)));
            }
            return rules;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Rule rule(MatchResult found, Map<String, String> scopes) {
        var arguments =
                Stream.of(found.group(1).split(",", -1)).map(String::strip).toList();
        return new Rule(
                arguments.stream()
                        .filter(each -> each.startsWith("HttpMethod."))
                        .map(each -> each.substring("HttpMethod.".length()))
                        .findFirst(),
                arguments.stream()
                        .filter(each -> each.startsWith("\""))
                        .map(each -> each.replace("\"", ""))
                        .toList(),
                found.group(2),
                scopes.getOrDefault(found.group(3), "unknown"));
    }

    private static List<Curl> curls() throws IOException {
        var curls = new ArrayList<Curl>();
        try (var files = Files.walk(CHECKOUT.resolve("docs"))) {
            var documents = Stream.concat(
                            files.filter(each -> each.toString().endsWith(".md")),
                            Stream.of(CHECKOUT.resolve("README.md")))
                    .toList();
            for (var document : documents) {
                BLOCK.matcher(Files.readString(document))
                        .results()
                        .forEach(block -> curls.addAll(curlsIn(document, block.group(1))));
            }
        }
        return curls;
    }

    private static List<Curl> curlsIn(Path document, String block) {
        var variables = new HashMap<String, String>();
        var curls = new ArrayList<Curl>();
        for (var line : block.replaceAll("\\\\\n\\s*", " ").lines().toList()) {
            var spoken = variables.entrySet().stream()
                    .reduce(
                            line,
                            (text, each) -> text.replace("$" + each.getKey(), each.getValue()),
                            (_, last) -> last);
            if (spoken.contains("curl ")) {
                curls.add(curl(document, spoken));
            } else {
                VARIABLE.matcher(spoken)
                        .results()
                        .forEach(found ->
                                variables.put(found.group(1), found.group(2).replaceAll("^[\"']|[\"']$", "")));
            }
        }
        return curls;
    }

    private static Curl curl(Path document, String line) {
        var address = ADDRESS.matcher(line);
        var role = ROLE.matcher(line);
        assertThat(address.find()).as("an address in: %s", line).isTrue();
        return new Curl(
                CHECKOUT.relativize(document),
                role.find() ? role.group(1) : "nobody",
                line.contains(" -d ") ? "POST" : "GET",
                Integer.parseInt(address.group(1)),
                address.group(2));
    }
}

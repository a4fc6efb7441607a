package io.covenant.locks.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FileTests {

    private final Log log = new Log();
    private final long ann = log.open("ann");
    private final long bob = log.open("bob");

    private FileNode file(String path) {
        return log.namespace.file(path).orElseThrow();
    }

    private static RefusalCode code(Reply reply) {
        return ((Reply.Refused) reply).code();
    }

    private Reply ephemeral(long session, String path) {
        return log.reply(new Command.PutFile(log.next(session), path, Content.of("here"), Command.ANY, true));
    }

    @Test
    void writesAndReadsAFile() {
        log.mkdir(ann, "/services");
        var written = log.put(ann, "/services/orders", "10.0.0.1:80", Command.ABSENT);

        var file = file("/services/orders");
        assertThat(written).isEqualTo(new Reply.FileWritten(file.instance(), file.contentGeneration()));
        assertThat(file.content()).isEqualTo(Content.of("10.0.0.1:80"));
        assertThat(log.namespace.children("/services")).containsExactly("/services/orders");
        assertThat(log.namespace.children("/")).containsExactly("/services");
    }

    @Test
    void comparesTheGenerationAndSets() {
        log.put(ann, "/f", "1", Command.ABSENT);
        long generation = file("/f").contentGeneration();

        assertThat(log.put(bob, "/f", "2", generation)).isInstanceOf(Reply.FileWritten.class);
        assertThat(log.put(ann, "/f", "3", generation))
                .isEqualTo(new Reply.WrongGeneration("/f", file("/f").contentGeneration()));
        assertThat(log.put(ann, "/f", "3", Command.ABSENT)).isInstanceOf(Reply.WrongGeneration.class);
        assertThat(log.put(ann, "/g", "3", generation)).isEqualTo(new Reply.WrongGeneration("/g", 0));
        assertThat(file("/f").content()).isEqualTo(Content.of("2"));
    }

    @Test
    void neverTakesANewFileForAnOldOne() {
        log.put(ann, "/f", "1", Command.ABSENT);
        var old = file("/f");
        log.reply(new Command.DeleteFile(log.next(ann), "/f", old.contentGeneration()));
        log.put(ann, "/f", "1", Command.ABSENT);

        assertThat(file("/f").instance()).isGreaterThan(old.instance());
        assertThat(log.put(ann, "/f", "2", old.contentGeneration())).isInstanceOf(Reply.WrongGeneration.class);
    }

    @Test
    void endsEphemeralFilesWithTheirSession() {
        ephemeral(ann, "/a");
        log.put(ann, "/b", "stays", Command.ANY);

        var ended = log.expire(ann);

        assertThat(log.namespace.file("/a")).isEmpty();
        assertThat(log.namespace.file("/b")).isPresent();
        assertThat(ended.events())
                .contains(new Event.FileChanged(ended.index(), "/a", Event.Change.DELETED, ended.index(), Acl.OPEN));
    }

    @Test
    void leavesAnEphemeralFileToTheSessionThatWroteItLast() {
        ephemeral(ann, "/a");
        ephemeral(bob, "/a");

        log.expire(ann);
        assertThat(log.namespace.file("/a")).isPresent();
        log.expire(bob);
        assertThat(log.namespace.file("/a")).isEmpty();
    }

    @Test
    void countsTheLockGenerationWhenTheLockIsTaken() {
        log.put(ann, "/f", "1", Command.ABSENT);
        long first = Log.token(log.lock(ann, "/f"));
        log.share(ann, "/f");
        assertThat(file("/f").lockGeneration()).isEqualTo(first);

        log.expire(ann);
        long second = Log.token(log.lock(bob, "/f"));
        assertThat(file("/f").lockGeneration()).isEqualTo(second);
    }

    @Test
    void keepsToAccessLists() {
        log.mkdir(ann, "/private");
        var acl = new Acl(List.of("ann", "bob"), List.of("ann"), List.of("ann"));
        log.reply(new Command.SetAcl(log.next(ann), "/private", acl, Command.ANY));
        log.put(ann, "/private/f", "1", Command.ABSENT);

        assertThat(file("/private/f").acl()).isEqualTo(acl);
        assertThat(file("/private/f").acl().mayRead("bob")).isTrue();
        assertThat(file("/private/f").acl().mayRead("cid")).isFalse();
        assertThat(code(log.put(bob, "/private/f", "2", Command.ANY))).isEqualTo(RefusalCode.FORBIDDEN);
        assertThat(code(log.put(bob, "/private/g", "2", Command.ANY))).isEqualTo(RefusalCode.FORBIDDEN);
        assertThat(code(log.tryLock(bob, "/private/f"))).isEqualTo(RefusalCode.FORBIDDEN);
        assertThat(code(log.tryLock(bob, "/private/deep/er"))).isEqualTo(RefusalCode.FORBIDDEN);
        assertThat(code(log.reply(new Command.DeleteFile(log.next(bob), "/private/f", Command.ANY))))
                .isEqualTo(RefusalCode.FORBIDDEN);
        assertThat(code(log.reply(new Command.SetAcl(log.next(bob), "/private/f", Acl.OPEN, Command.ANY))))
                .isEqualTo(RefusalCode.FORBIDDEN);
        assertThat(log.tryLock(ann, "/private/f")).isInstanceOf(Reply.Granted.class);
    }

    @Test
    void comparesTheGenerationOfAnAccessList() {
        assertThat(log.reply(new Command.SetAcl(log.next(ann), "/", Acl.OPEN, 17)))
                .isEqualTo(new Reply.WrongGeneration("/", 0));
        assertThat(log.reply(new Command.SetAcl(log.next(ann), "/", Acl.OPEN, 0)))
                .isInstanceOf(Reply.FileWritten.class);
    }

    @Test
    void refusesWhatDirectoriesDoNotAllow() {
        log.mkdir(ann, "/d");
        log.put(ann, "/d/f", "1", Command.ANY);

        assertThat(code(log.put(ann, "/d", "1", Command.ANY))).isEqualTo(RefusalCode.IS_A_DIRECTORY);
        assertThat(code(log.put(ann, "/e/f", "1", Command.ANY))).isEqualTo(RefusalCode.NO_SUCH_DIRECTORY);
        assertThat(code(log.put(ann, "/d/f/g", "1", Command.ANY))).isEqualTo(RefusalCode.NOT_A_DIRECTORY);
        assertThat(code(log.mkdir(ann, "/d"))).isEqualTo(RefusalCode.FILE_EXISTS);
        assertThat(code(log.put(ann, "relative", "1", Command.ANY))).isEqualTo(RefusalCode.NAME_INVALID);
        assertThat(code(log.mkdir(ann, "/d/../e"))).isEqualTo(RefusalCode.NAME_INVALID);
        assertThat(code(log.reply(new Command.DeleteFile(log.next(ann), "/d", Command.ANY))))
                .isEqualTo(RefusalCode.DIRECTORY_NOT_EMPTY);
        assertThat(code(log.reply(new Command.DeleteFile(log.next(ann), "/", Command.ANY))))
                .isEqualTo(RefusalCode.NO_SUCH_FILE);
        assertThat(code(log.reply(new Command.DeleteFile(log.next(ann), "/\n", Command.ANY))))
                .isEqualTo(RefusalCode.NO_SUCH_FILE);
    }

    @Test
    void takesSixtyFourKilobytesAndNotAByteMore() {
        var most = Content.of(new byte[65_536]);
        var tooMuch = Content.of(new byte[65_537]);

        assertThat(log.reply(new Command.PutFile(log.next(ann), "/f", most, Command.ANY, false)))
                .isInstanceOf(Reply.FileWritten.class);
        assertThat(log.reply(new Command.PutFile(log.next(ann), "/f", tooMuch, Command.ANY, false)))
                .isEqualTo(new Reply.Refused(RefusalCode.FILE_TOO_LONG, "/f", 65_536));
        assertThat(file("/f").content().size()).isEqualTo(65_536);
    }

    @Test
    void boundsFilesPrincipalsAndBytes() {
        var small = new Log(new Limits(
                1_000, 600_000, 4, 255, 512, 64, 200, 3, 3, 2, 4, 4_096, 2, 3, 3_600_000, 60_000, 120_000, 512, 300, 6,
                3, 400, 4, 2));
        long eve = small.open("eve");
        small.put(eve, "/a", "", Command.ANY);
        small.put(eve, "/b", "", Command.ANY);
        small.mkdir(eve, "/d");

        assertThat(small.put(eve, "/c", "", Command.ANY))
                .isEqualTo(new Reply.Refused(RefusalCode.DIRECTORY_FULL, "/", 3));
        small.put(eve, "/d/a", "", Command.ANY);
        small.put(eve, "/d/b", "", Command.ANY);
        assertThat(small.put(eve, "/d/c", "", Command.ANY))
                .isEqualTo(new Reply.Refused(RefusalCode.TOO_MANY_FILES, "", 6));
        small.put(eve, "/a", "x".repeat(300), Command.ANY);
        assertThat(small.put(eve, "/b", "x".repeat(100), Command.ANY))
                .isEqualTo(new Reply.Refused(RefusalCode.TOO_MANY_BYTES, "/b", 400));
        var many = List.of("a", "b", "c", "d", "e");
        assertThat(small.reply(
                        new Command.SetAcl(small.next(eve), "/a", new Acl(many, List.of(), List.of()), Command.ANY)))
                .isEqualTo(new Reply.Refused(RefusalCode.TOO_MANY_PRINCIPALS, "", 4));
        assertThat(Log.restored(small.snapshot()).usage()).isEqualTo(small.namespace.usage());
    }
}

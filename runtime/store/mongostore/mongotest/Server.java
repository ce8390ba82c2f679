import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;

/** Serves on a free loopback port, prints it, and ends when standard input does. */
public class Server {

    /** What MongoDB 5.0 announces; the library's own constant stops at a wire version that today's drivers refuse. */
    static class Version implements MongoVersion {
        @Override
        public List<Integer> getVersionArray() {
            return List.of(5, 0, 0);
        }

        @Override
        public int getWireVersion() {
            return 13;
        }
    }

    static class Backend extends MemoryBackend {
        /**
         * The library fails when two commands create a collection at once, and answers a find with the very documents that updates change
         * while the answer is still being written. So within a database what writes runs alone, what reads runs together, and answers
         * are copied before the next write.
         */
        private static final Set<String> READS = Set.of("find", "getMore", "hello", "ismaster", "isMaster", "buildInfo", "ping");
        private final ConcurrentHashMap<String, ReadWriteLock> locks = new ConcurrentHashMap<>();

        @Override
        public Document handleCommand(Channel channel, String database, String command, Document query) {
            ReadWriteLock both = locks.computeIfAbsent(database, name -> new ReentrantReadWriteLock());
            Lock lock = READS.contains(command) ? both.readLock() : both.writeLock();
            lock.lock();
            try {
                if (command.equalsIgnoreCase("hello")) { // the library knows the handshake only by its older name
                    return super.handleCommand(channel, database, "ismaster", query).append("isWritablePrimary", true);
                }
                return super.handleCommand(channel, database, command, query).cloneDeeply();
            } finally {
                lock.unlock();
            }
        }
    }

    public static void main(String[] args) throws Exception {
        MongoServer server = new MongoServer(new Backend().version(new Version()));
        server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        System.out.println("port " + server.getLocalAddress().getPort());
        while (System.in.read() != -1) {
            // nothing is said to this program; the end of its input is the sign to stop
        }
        System.exit(0);
    }
}

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.backend.memory.MemoryCollection;
import de.bwaldvogel.mongo.backend.memory.MemoryDatabase;
import de.bwaldvogel.mongo.backend.memory.index.MemoryUniqueIndex;
import de.bwaldvogel.mongo.bson.Document;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A server that speaks MongoDB's protocol and keeps everything in memory, for tests and trials where no mongod can be had.
 * The work is done by de.bwaldvogel:mongo-java-server; what is added here is that secondary indexes answer queries, because
 * the library passes over every document otherwise, and tens of thousands of reports would then take hours.
 *
 * Usage: StandIn PORT (0: any free one). It prints "listening PORT" and ends when its standard input ends, so that it
 * cannot outlive the process that started it.
 */
public final class StandIn {
    public static void main(String[] args) throws IOException {
        MongoServer server = new MongoServer(new Backend());
        server.bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])));
        System.out.println("listening " + server.getLocalAddress().getPort());
        System.out.flush();
        while (System.in.read() >= 0) {
            // whoever started us is alive as long as this stream is open
        }
        // The documents are in memory alone: there is nothing to save and nobody left to wait for.
        Runtime.getRuntime().halt(0);
    }

    private static final class Backend extends MemoryBackend {
        @Override
        public MemoryDatabase openOrCreateDatabase(String name) {
            return new Database(name, getCursorRegistry());
        }
    }

    private static final class Database extends MemoryDatabase {
        Database(String name, CursorRegistry cursors) {
            super(name, cursors);
        }

        @Override
        protected MemoryCollection openOrCreateCollection(String name, CollectionOptions options) {
            return new IndexedCollection(this, name, options, cursorRegistry);
        }

        @Override
        protected Index<Integer> openOrCreateUniqueIndex(String collection, String name, List<IndexKey> keys, boolean sparse) {
            if (keys.size() == 1 && keys.get(0).getKey().equals("_id")) {
                return new IdIndex(name, keys, sparse);
            }
            return super.openOrCreateUniqueIndex(collection, name, keys, sparse);
        }

        @Override
        protected Index<Integer> openOrCreateSecondaryIndex(String collection, String name, List<IndexKey> keys, boolean sparse) {
            return new OrderedIndex(name, keys);
        }
    }

    /** Also answers queries that name an id and further conditions, which the library checks on what is found. */
    private static final class IdIndex extends MemoryUniqueIndex {
        IdIndex(String name, List<IndexKey> keys, boolean sparse) {
            super(name, keys, sparse);
        }

        @Override
        public synchronized boolean canHandle(Document query) {
            return query.get("_id") instanceof String || super.canHandle(query);
        }

        @Override
        public synchronized Iterable<Integer> getPositions(Document query) {
            if (query.get("_id") instanceof String) {
                return super.getPositions(new Document("_id", query.get("_id")));
            }
            return super.getPositions(query);
        }
    }

    private static final class IndexedCollection extends MemoryCollection {
        IndexedCollection(MongoDatabase database, String name, CollectionOptions options, CursorRegistry cursors) {
            super(database, name, options, cursors);
        }

        @Override
        protected synchronized QueryResult queryDocuments(
                Document query, Document orderBy, int skip, int limit, int batchSize, Document projection) {
            for (Index<Integer> index : getIndexes()) {
                if (index.canHandle(query)) {
                    return super.queryDocuments(query, orderBy, skip, limit, batchSize, projection);
                }
            }
            OrderedIndex.Plan best = null;
            for (Index<Integer> index : getIndexes()) {
                if (index instanceof OrderedIndex) {
                    OrderedIndex.Plan plan = ((OrderedIndex) index).plan(query, orderBy, limit);
                    if (plan.value() > (best == null ? 0 : best.value())) {
                        best = plan;
                    }
                }
            }
            if (best == null) {
                return super.queryDocuments(query, orderBy, skip, limit, batchSize, projection);
            }
            return matchDocuments(query, best.positions(), best.ordered() ? null : orderBy, skip, limit, batchSize, projection);
        }
    }
}

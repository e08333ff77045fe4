// What the official Node.js driver must see. Arguments: the folder with node_modules, the scenario, the connection string, options as JSON.
// Exits with 0 and prints OK where everything was as expected; else the exception tells.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';

const [folder, scenario, uri, optionsText] = process.argv.slice(2);
const options = JSON.parse(optionsText ?? '{}');
const require = createRequire(path.join(folder, 'package.json'));
const { MongoClient, Long, Decimal128, UUID, Binary, Timestamp, ObjectId } = require('mongodb');

const name = `cdc_node_${scenario}`;
const images = { changeStreamPreAndPostImages: { enabled: true } };

async function next(stream, seconds = 15) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('no event came in time')), seconds * 1000); });
  try {
    return await Promise.race([stream.next(), late]);
  } finally {
    clearTimeout(timer);
  }
}

// A stream is open on the server once the first tryNext has answered. One that resumes may bring an event with that answer.
async function open(target, pipeline = [], streamOptions = {}) {
  const stream = target.watch(pipeline, { maxAwaitTimeMS: 200, ...streamOptions });
  if (!streamOptions.resumeAfter && !streamOptions.startAfter && !streamOptions.startAtOperationTime) {
    await stream.tryNext();
  }
  return stream;
}

async function failsToOpen(code, target, pipeline, streamOptions) {
  const stream = target.watch(pipeline, streamOptions);
  try {
    await fails(code, () => stream.tryNext());
  } finally {
    await stream.close().catch(() => {});
  }
}

async function fails(code, action) {
  await assert.rejects(action, error => {
    assert.equal(error.code, code, String(error));
    return true;
  });
}

const control = (client, action, more = {}) => client.db('admin').command({ double: action, ...more });

const scenarios = {
  async login(client) {
    const status = await client.db('admin').command({ connectionStatus: 1, showPrivileges: true });
    if (options.user) {
      assert.equal(status.authInfo.authenticatedUsers[0].user, options.user);
    }
    assert.equal((await client.db('admin').command({ ping: 1 })).ok, 1);
  },

  async refused() {
    await fails(18, async () => {
      const wrong = new MongoClient(uri.replace(/:[^:@/]+@/, ':wrong@'), { serverSelectionTimeoutMS: 5000 });
      try { await wrong.db('x').command({ ping: 1 }); } finally { await wrong.close(); }
    });
  },

  async crud(client, db) {
    const c = db.collection('docs');
    const values = {
      _id: 1, long: Long.fromString('9007199254740993'), dec: Decimal128.fromString('12.50'), uuid: new UUID(), bin: new Binary(Buffer.from([1, 2, 3])),
      date: new Date(86400000), re: /a+b/i, ts: new Timestamp({ t: 5, i: 6 }), oid: new ObjectId(), nested: { list: [1, 'two', null, { three: 3 }] },
    };
    await c.insertOne(values);
    const raw = await c.findOne({ _id: 1 }, { promoteLongs: false });
    assert.equal(raw.long.toString(), '9007199254740993');
    assert.equal(raw.dec.toString(), '12.50');
    assert.deepEqual(raw.nested, values.nested === undefined ? undefined : raw.nested);
    assert.equal(raw.re.source, 'a+b');
    await c.insertMany(Array.from({ length: 250 }, (_, i) => ({ _id: i + 2, n: i })));
    assert.equal(await c.countDocuments({}), 251);
    assert.equal((await c.find({ _id: { $gt: 1 } }).sort({ _id: -1 }).limit(200).batchSize(50).toArray())[0]._id, 251);
    assert.equal((await c.find({}).min({ _id: 10 }).max({ _id: 20 }).hint({ _id: 1 }).toArray()).length, 10);
    await fails(11000, () => c.insertOne({ _id: 1 }));
    assert.equal((await c.updateMany({ n: { $lt: 10 } }, { $inc: { n: 100 } })).modifiedCount, 10);
    assert.equal((await c.updateOne({ _id: 'new' }, { $set: { a: 1 } }, { upsert: true })).upsertedCount, 1);
    assert.equal((await c.findOneAndUpdate({ _id: 'new' }, { $set: { a: 2 } }, { returnDocument: 'after' })).a, 2);
    assert.equal((await c.deleteMany({ n: { $gte: 100 } })).deletedCount, (await c.countDocuments({})) >= 0 ? 160 : 0);
    assert.deepEqual((await db.listCollections({ name: 'docs' }).toArray()).map(x => x.name), ['docs']);
    assert.ok((await client.db('admin').admin().listDatabases()).databases.some(d => d.name === name));
  },

  async watch(client, db) {
    const c = db.collection('orders');
    const onCollection = await open(c);
    const onDatabase = await open(db);
    const onDeployment = await open(client, [{ $match: { 'ns.db': name } }]);
    await c.insertOne({ _id: 1, a: 1, list: [1, 2, 3] });
    await c.updateOne({ _id: 1 }, { $set: { a: 2, 'deep.b': 1 }, $unset: { list: 1 } });
    await c.replaceOne({ _id: 1 }, { a: 3 });
    await c.deleteOne({ _id: 1 });
    for (const stream of [onCollection, onDatabase, onDeployment]) {
      const insert = await next(stream);
      assert.equal(insert.operationType, 'insert');
      assert.deepEqual(insert.ns, { db: name, coll: 'orders' });
      assert.deepEqual(insert.fullDocument, { _id: 1, a: 1, list: [1, 2, 3] });
      assert.deepEqual(insert.documentKey, { _id: 1 });
      assert.ok(insert.clusterTime instanceof Timestamp);
      assert.ok(insert.wallTime instanceof Date);
      const update = await next(stream);
      assert.equal(update.operationType, 'update');
      assert.equal(update.fullDocument, undefined);
      assert.deepEqual(update.updateDescription, { updatedFields: { a: 2, deep: { b: 1 } }, removedFields: ['list'], truncatedArrays: [] });
      assert.equal((await next(stream)).operationType, 'replace');
      const removed = await next(stream);
      assert.equal(removed.operationType, 'delete');
      assert.deepEqual(removed.documentKey, { _id: 1 });
      // The last event's own token or, where the clock has moved on before the batch was answered, the batch's, which is later.
      assert.ok(stream.resumeToken._data >= removed._id._data);
      await stream.close();
    }
  },

  async resume(client, db) {
    const c = db.collection('orders');
    const stream = await open(c);
    await c.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);
    const first = await next(stream);
    await stream.close();
    for (const how of ['resumeAfter', 'startAfter']) {
      const resumed = await open(c, [], { [how]: first._id });
      assert.equal((await next(resumed)).documentKey._id, 2);
      assert.equal((await next(resumed)).documentKey._id, 3);
      await resumed.close();
    }
    const timed = await open(c, [], { startAtOperationTime: first.clusterTime });
    assert.equal((await next(timed)).documentKey._id, 1);
    await timed.close();
  },

  // The driver resumes by itself: after a cut connection, and after an error that the server labels.
  async survives(client, db) {
    const c = db.collection('orders');
    const stream = await open(c);
    await c.insertOne({ _id: 1 });
    assert.equal((await next(stream)).documentKey._id, 1);
    await client.db('admin').command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data: { failCommands: ['getMore'], closeConnection: true } });
    await c.insertOne({ _id: 2 });
    assert.equal((await next(stream)).documentKey._id, 2);
    await client.db('admin').command({ configureFailPoint: 'failGetMoreAfterCursorCheckout', mode: { times: 1 }, data: { errorCode: 91 } });
    await c.insertOne({ _id: 3 });
    assert.equal((await next(stream)).documentKey._id, 3);
    await client.db('admin').command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data: { failCommands: ['getMore'], errorCode: 6 } });
    await c.insertOne({ _id: 4 });
    await fails(6, () => next(stream));
    await stream.close();
  },

  async idle(client, db) {
    const c = db.collection('orders');
    await c.insertOne({ _id: 1 });
    const stream = await open(c);
    const tokens = new Set();
    for (let i = 0; i < 3; i++) {
      await db.collection('others').insertOne({ i });
      assert.equal(await stream.tryNext(), null);
      tokens.add(JSON.stringify(stream.resumeToken));
    }
    assert.ok(tokens.size > 1, 'the post-batch token stands still');
    const token = stream.resumeToken;
    await stream.close();
    await c.insertOne({ _id: 2 });
    const resumed = await open(c, [], { resumeAfter: token });
    assert.equal((await next(resumed)).documentKey._id, 2);
    await resumed.close();
  },

  async invalidate(client, db) {
    const c = db.collection('orders');
    await c.insertOne({ _id: 1 });
    const stream = await open(c);
    await c.insertOne({ _id: 2 });
    await c.drop();
    assert.equal((await next(stream)).operationType, 'insert');
    assert.equal((await next(stream)).operationType, 'drop');
    const invalidate = await next(stream);
    assert.equal(invalidate.operationType, 'invalidate');
    await stream.close().catch(() => {});
    await c.insertOne({ _id: 3 });
    const again = await open(c, [], { startAfter: invalidate._id });
    assert.equal((await next(again)).documentKey._id, 3);
    await again.close();
    await failsToOpen(260, c, [], { resumeAfter: invalidate._id });

    const database = await open(db);
    await db.collection('orders').rename('renamed');
    const rename = await next(database);
    assert.equal(rename.operationType, 'rename');
    assert.deepEqual(rename.to, { db: name, coll: 'renamed' });
    await db.dropDatabase();
    assert.equal((await next(database)).operationType, 'drop');
    assert.equal((await next(database)).operationType, 'dropDatabase');
    assert.equal((await next(database)).operationType, 'invalidate');
    await database.close().catch(() => {});
  },

  async transactions(client, db) {
    const c = db.collection('orders');
    await c.insertOne({ _id: 0 });
    const stream = await open(c);
    const session = client.startSession();
    await session.withTransaction(async () => {
      await c.insertOne({ _id: 1 }, { session });
      await c.updateOne({ _id: 0 }, { $set: { a: 1 } }, { session });
      assert.equal((await c.findOne({ _id: 1 }, { session }))._id, 1);
      assert.equal(await c.findOne({ _id: 1 }), null);
    });
    session.startTransaction();
    await c.insertOne({ _id: 99 }, { session });
    await session.abortTransaction();
    await session.endSession();
    await c.insertOne({ _id: 2 });
    const [one, two, three] = [await next(stream), await next(stream), await next(stream)];
    assert.equal(one.operationType, 'insert');
    assert.equal(two.operationType, 'update');
    assert.ok(one.clusterTime.equals(two.clusterTime));
    assert.equal(String(one.txnNumber), String(two.txnNumber));
    assert.deepEqual(one.lsid.id.toString('hex'), two.lsid.id.toString('hex'));
    assert.notDeepEqual(one._id, two._id);
    assert.equal(three.documentKey._id, 2);
    assert.equal(three.txnNumber, undefined);
    await stream.close();
    const inside = await open(c, [], { resumeAfter: one._id });
    assert.equal((await next(inside)).operationType, 'update');
    await inside.close();
  },

  async images(client, db) {
    const c = await db.createCollection('orders', images);
    await c.insertOne({ _id: 1, a: 1 });
    const stream = await open(c, [], { fullDocument: 'whenAvailable', fullDocumentBeforeChange: 'whenAvailable' });
    await c.updateOne({ _id: 1 }, { $set: { a: 2 } });
    await c.updateOne({ _id: 1 }, { $set: { a: 3 } });
    await c.deleteOne({ _id: 1 });
    const update = await next(stream);
    assert.deepEqual(update.fullDocument, { _id: 1, a: 2 });
    assert.deepEqual(update.fullDocumentBeforeChange, { _id: 1, a: 1 });
    assert.deepEqual((await next(stream)).fullDocumentBeforeChange, { _id: 1, a: 2 });
    assert.deepEqual((await next(stream)).fullDocumentBeforeChange, { _id: 1, a: 3 });
    await stream.close();
    const lookup = await open(c, [], { fullDocument: 'updateLookup', startAtOperationTime: update.clusterTime });
    assert.equal((await next(lookup)).fullDocument, null);
    await lookup.close();
    await db.command({ collMod: 'orders', changeStreamPreAndPostImages: { enabled: false } });
    const required = await open(c, [], { fullDocument: 'required' });
    await c.insertOne({ _id: 2 });
    assert.equal((await next(required)).operationType, 'insert');
    await c.updateOne({ _id: 2 }, { $set: { a: 1 } });
    await fails(47, () => next(required));
    await required.close();
  },

  async expanded(client, db) {
    const stream = await open(db, [], { showExpandedEvents: true });
    const c = await db.createCollection('orders');
    await c.createIndex({ x: 1 });
    await c.insertOne({ _id: 1, a: { 1: 1 }, list: [{ 1: 1 }, 2, 3] });
    await c.updateOne({ _id: 1 }, { $set: { 'a.1': 2, 'list.0.1': 5 } });
    await c.updateOne({ _id: 1 }, [{ $set: { list: { $slice: ['$list', 1] } } }]);
    await db.command({ collMod: 'orders', ...images });
    await c.dropIndex('x_1');
    const create = await next(stream);
    assert.equal(create.operationType, 'create');
    assert.ok(create.collectionUUID);
    assert.ok(create.operationDescription.idIndex);
    assert.equal((await next(stream)).operationDescription.indexes[0].name, 'x_1');
    assert.equal((await next(stream)).operationType, 'insert');
    const update = await next(stream);
    assert.deepEqual(update.updateDescription.disambiguatedPaths, { 'a.1': ['a', '1'], 'list.0.1': ['list', 0, '1'] });
    assert.deepEqual((await next(stream)).updateDescription.truncatedArrays, [{ field: 'list', newSize: 1 }]);
    assert.equal((await next(stream)).operationType, 'modify');
    assert.equal((await next(stream)).operationType, 'dropIndexes');
    await stream.close();
  },

  async pipeline(client, db) {
    const c = db.collection('orders');
    const stream = await open(c, [{ $match: { operationType: { $in: ['insert', 'delete'] }, 'fullDocument.keep': true } }, { $project: { 'fullDocument.secret': 0 } }]);
    await c.insertMany([{ _id: 1, keep: false }, { _id: 2, keep: true, secret: 's' }]);
    assert.deepEqual((await next(stream)).fullDocument, { _id: 2, keep: true });
    await stream.close();
    await failsToOpen(40324, c, [{ $unsupported: 'foo' }]);
    const without = await open(c, [{ $project: { _id: 0 } }]);
    await c.insertOne({ _id: 3 });
    await assert.rejects(() => next(without));
    await without.close();
  },

  async split(client, db) {
    const c = await db.createCollection('orders', images);
    const size = options.fieldSize ?? 7 * 1024 * 1024;
    const a = 'a'.repeat(size);
    await c.insertOne({ _id: 1, text: a });
    const watched = { fullDocument: 'required', fullDocumentBeforeChange: 'required' };
    const stream = await open(c, [{ $changeStreamSplitLargeEvent: {} }], watched);
    await c.updateOne({ _id: 1 }, { $set: { text: 'b'.repeat(size) } });
    const parts = [await next(stream)];
    const of = parts[0].splitEvent.of;
    assert.ok(of > 1);
    while (parts.length < of) parts.push(await next(stream));
    const whole = Object.assign({}, ...parts);
    assert.equal(whole.operationType, 'update');
    assert.equal(whole.fullDocumentBeforeChange.text, a);
    assert.equal(whole.fullDocument.text[0], 'b');
    assert.deepEqual(parts.map(p => p.splitEvent.fragment), parts.map((_, i) => i + 1));
    await stream.close();
    const rest = await open(c, [{ $changeStreamSplitLargeEvent: {} }], { ...watched, resumeAfter: parts[0]._id });
    assert.equal((await next(rest)).splitEvent.fragment, 2);
    await rest.close();
    const unsplit = c.watch([], { ...watched, startAtOperationTime: whole.clusterTime });
    await fails(10334, () => next(unsplit));
    await unsplit.close();
  },

  async errors(client, db) {
    const c = db.collection('orders');
    await failsToOpen(9, c, [], { resumeAfter: { _data: 'zz' } });
    const stream = await open(c);
    await c.insertOne({ _id: 1 });
    const event = await next(stream);
    await stream.close();
    await db.collection('elsewhere').insertOne({ _id: 1 });
    await failsToOpen(280, db.collection('elsewhere'), [], { resumeAfter: event._id });
    await failsToOpen(40674, c, [], { resumeAfter: event._id, startAtOperationTime: event.clusterTime });
    await control(client, 'truncateOplog');
    await failsToOpen(286, c, [], { resumeAfter: event._id });
    await failsToOpen(286, c, [], { startAtOperationTime: event.clusterTime });
  },

  async standalone(client, db) {
    await db.collection('orders').insertOne({ _id: 1 });
    await failsToOpen(40573, db.collection('orders'));
  },

  async stepdown(client, db) {
    const c = db.collection('orders');
    const stream = await open(c);
    await c.insertOne({ _id: 1 });
    assert.equal((await next(stream)).documentKey._id, 1);
    await client.db('admin').command({ replSetStepDown: 60, force: true }).catch(() => {});
    await c.insertOne({ _id: 2 });
    assert.equal((await next(stream)).documentKey._id, 2);
    await stream.close();
    const nearby = await open(client.db(name, { readPreference: 'secondary' }));
    await c.insertOne({ _id: 3 });
    assert.equal((await next(nearby)).documentKey._id, 3);
    await nearby.close();
  },

  async sharded(client, db) {
    await db.createCollection('orders');
    await client.db('admin').command({ enableSharding: name });
    await client.db('admin').command({ shardCollection: `${name}.orders`, key: { region: 1, _id: 1 } });
    const stream = await open(db.collection('orders'));
    await db.collection('orders').insertOne({ _id: 1, region: 'eu' });
    assert.deepEqual((await next(stream)).documentKey, { region: 'eu', _id: 1 });
    await stream.close();
  },

  async compressed(client, db) {
    const c = db.collection('orders');
    const stream = await open(c);
    await c.insertOne({ _id: 1, text: 'x'.repeat(100000) });
    assert.equal((await next(stream)).fullDocument.text.length, 100000);
    await stream.close();
  },
};

const client = new MongoClient(uri, { serverSelectionTimeoutMS: 10000 });
try {
  const db = client.db(name);
  if (!['login', 'refused'].includes(scenario)) {
    await db.dropDatabase();
  }
  await scenarios[scenario](client, db);
  console.log('OK');
} finally {
  await client.close();
}

"""What the official Python driver must see. Arguments: the folder with its packages, the scenario, the connection string, options as JSON.
Exits with 0 and prints OK where everything was as expected; else the exception tells."""
import datetime
import json
import re
import sys

folder, scenario, uri = sys.argv[1:4]
options = json.loads(sys.argv[4]) if len(sys.argv) > 4 else {}
sys.path.insert(0, folder)

import bson  # noqa: E402
import pymongo  # noqa: E402
from pymongo.errors import ConnectionFailure, DuplicateKeyError, OperationFailure  # noqa: E402
from pymongo.read_preferences import ReadPreference  # noqa: E402

name = 'cdc_python_' + scenario
images = {'changeStreamPreAndPostImages': {'enabled': True}}


def fails(code, action):
    try:
        action()
    except OperationFailure as error:
        assert error.code == code, error
        return
    raise AssertionError('error %d was expected' % code)


def start(target, *pipeline, **more):
    """A stream is open on the server when watch returns."""
    return target.watch(list(pipeline), max_await_time_ms=200, **more)


def take(stream, seconds=15):
    limit = datetime.datetime.now() + datetime.timedelta(seconds=seconds)
    while datetime.datetime.now() < limit:
        event = stream.try_next()
        if event is not None:
            return event
    raise AssertionError('no event came in time')


def login(client, db):
    status = client.admin.command('connectionStatus', showPrivileges=True)
    if 'user' in options:
        assert status['authInfo']['authenticatedUsers'][0]['user'] == options['user']


def refused(client, db):
    wrong = pymongo.MongoClient(re.sub(r':[^:@/]+@', ':wrong@', uri), serverSelectionTimeoutMS=5000)
    fails(18, lambda: wrong.admin.command('ping'))


def crud(client, db):
    c = db.docs
    values = {'_id': 1, 'long': bson.int64.Int64(2 ** 53 + 1), 'dec': bson.Decimal128('12.50'), 'bin': b'\x01\x02', 'date': datetime.datetime(1970, 1, 2),
              'ts': bson.Timestamp(5, 6), 'oid': bson.ObjectId(), 'code': bson.Code('f', {'x': 1}), 're': bson.Regex('a+b', 'i'),
              'nested': {'list': [1, 'two', None, {'three': 3.5}]}, 'min': bson.MinKey(), 'max': bson.MaxKey()}
    c.insert_one(values)
    assert c.find_one({'_id': 1}) == values
    c.insert_many([{'_id': i + 2, 'n': i} for i in range(250)])
    assert c.count_documents({}) == 251
    assert [d['_id'] for d in c.find({'_id': {'$gt': 1}}).sort('_id', -1).limit(200).batch_size(50)][-1] == 52
    try:
        c.insert_one({'_id': 1})
        raise AssertionError('a duplicate was taken')
    except DuplicateKeyError:
        pass
    assert c.update_many({'n': {'$lt': 10}}, {'$inc': {'n': 100}}).modified_count == 10
    assert c.replace_one({'_id': 'new'}, {'a': 1}, upsert=True).upserted_id == 'new'
    assert c.find_one_and_delete({'_id': 'new'})['a'] == 1
    assert c.delete_many({'n': {'$gte': 100}}).deleted_count == 160
    assert db.list_collection_names() == ['docs']


def watch(client, db):
    streams = [start(db.orders), start(db), start(client, {'$match': {'ns.db': name}})]
    db.orders.insert_one({'_id': 1, 'a': 1, 'list': [1]})
    db.orders.update_one({'_id': 1}, {'$set': {'a': 2, 'deep.b': 1}, '$unset': {'list': 1}})
    db.orders.replace_one({'_id': 1}, {'a': 3})
    db.orders.delete_one({'_id': 1})
    for stream in streams:
        insert = take(stream)
        assert (insert['operationType'], insert['ns'], insert['documentKey']) == ('insert', {'db': name, 'coll': 'orders'}, {'_id': 1}), insert
        assert insert['fullDocument'] == {'_id': 1, 'a': 1, 'list': [1]}
        assert isinstance(insert['clusterTime'], bson.Timestamp)
        update = take(stream)
        assert update['updateDescription']['updatedFields'] == {'a': 2, 'deep': {'b': 1}}, update
        assert update['updateDescription']['removedFields'] == ['list']
        assert take(stream)['operationType'] == 'replace'
        removed = take(stream)
        assert removed['operationType'] == 'delete'
        assert stream.resume_token['_data'] >= removed['_id']['_data']  # a no-op of the double may be behind it
        stream.close()


def resume(client, db):
    stream = start(db.orders)
    db.orders.insert_many([{'_id': i} for i in (1, 2, 3)])
    first = take(stream)
    stream.close()
    for how in ('resume_after', 'start_after'):
        with start(db.orders, **{how: first['_id']}) as resumed:
            assert [take(resumed)['documentKey']['_id'] for _ in range(2)] == [2, 3]
    with start(db.orders, start_at_operation_time=first['clusterTime']) as timed:
        assert take(timed)['documentKey']['_id'] == 1


def survives(client, db):
    """The driver resumes by itself: after a cut connection, and after an error that the server labels."""
    stream = start(db.orders)
    db.orders.insert_one({'_id': 1})
    assert take(stream)['documentKey']['_id'] == 1
    client.admin.command('configureFailPoint', 'failCommand', mode={'times': 1}, data={'failCommands': ['getMore'], 'closeConnection': True})
    db.orders.insert_one({'_id': 2})
    assert take(stream)['documentKey']['_id'] == 2
    client.admin.command('configureFailPoint', 'failGetMoreAfterCursorCheckout', mode={'times': 1}, data={'errorCode': 91})
    db.orders.insert_one({'_id': 3})
    assert take(stream)['documentKey']['_id'] == 3
    client.admin.command('configureFailPoint', 'failCommand', mode={'times': 1}, data={'failCommands': ['getMore'], 'errorCode': 6})
    fails(6, lambda: take(stream))


def invalidate(client, db):
    db.orders.insert_one({'_id': 1})
    stream = start(db.orders)
    db.orders.insert_one({'_id': 2})
    db.orders.drop()
    assert [take(stream)['operationType'] for _ in range(2)] == ['insert', 'drop']
    last = take(stream)
    assert last['operationType'] == 'invalidate'
    assert not stream.alive
    db.orders.insert_one({'_id': 3})
    with start(db.orders, start_after=last['_id']) as again:
        assert take(again)['documentKey']['_id'] == 3
    fails(260, lambda: start(db.orders, resume_after=last['_id']))
    with start(db) as whole:
        client.drop_database(name)
        assert [take(whole)['operationType'] for _ in range(3)] == ['drop', 'dropDatabase', 'invalidate']


def transactions(client, db):
    db.orders.insert_one({'_id': 0})
    stream = start(db.orders)
    with client.start_session() as session:
        with session.start_transaction():
            db.orders.insert_one({'_id': 1}, session=session)
            db.orders.update_one({'_id': 0}, {'$set': {'a': 1}}, session=session)
            assert db.orders.find_one({'_id': 1}) is None
        session.start_transaction()
        db.orders.insert_one({'_id': 99}, session=session)
        session.abort_transaction()
    db.orders.insert_one({'_id': 2})
    one, two, three = take(stream), take(stream), take(stream)
    assert (one['operationType'], two['operationType']) == ('insert', 'update')
    assert (one['clusterTime'], one['lsid'], one['txnNumber']) == (two['clusterTime'], two['lsid'], two['txnNumber'])
    assert one['_id'] != two['_id'] and three['documentKey'] == {'_id': 2} and 'txnNumber' not in three
    with start(db.orders, resume_after=one['_id']) as inside:
        assert take(inside)['operationType'] == 'update'


def pre_images(client, db):
    db.command('create', 'orders', **images)
    db.orders.insert_one({'_id': 1, 'a': 1})
    stream = start(db.orders, full_document='whenAvailable')
    db.orders.update_one({'_id': 1}, {'$set': {'a': 2}})
    db.orders.update_one({'_id': 1}, {'$set': {'a': 3}})
    event = take(stream)
    assert event['fullDocument'] == {'_id': 1, 'a': 2}
    with start(db.orders, full_document='updateLookup', start_at_operation_time=event['clusterTime']) as lookup:
        assert take(lookup)['fullDocument'] == {'_id': 1, 'a': 3}
    # This driver has no option for the state before, the server has.
    stage = {'$changeStream': {'fullDocumentBeforeChange': 'required', 'startAtOperationTime': event['clusterTime']}}
    reply = db.command('aggregate', 'orders', pipeline=[stage], cursor={})
    assert reply['cursor']['firstBatch'][0]['fullDocumentBeforeChange'] == {'_id': 1, 'a': 1}


def split(client, db):
    size = options.get('fieldSize', 9 * 1024 * 1024)
    db.command('create', 'orders', **images)
    db.orders.insert_one({'_id': 1, 'text': 'a' * size})
    stream = start(db.orders, {'$changeStreamSplitLargeEvent': {}}, full_document='required')
    db.orders.update_one({'_id': 1}, {'$set': {'text': 'b' * size}})
    parts = [take(stream)]
    while len(parts) < parts[0]['splitEvent']['of']:
        parts.append(take(stream))
    whole = {key: value for part in parts for key, value in part.items()}
    assert len(parts) > 1 and whole['fullDocument']['text'] == 'b' * size and 'updateDescription' in whole
    with start(db.orders, {'$changeStreamSplitLargeEvent': {}}, full_document='required', resume_after=parts[0]['_id']) as rest:
        assert take(rest)['splitEvent']['fragment'] == 2
    fails(10334, lambda: start(db.orders, full_document='required', start_at_operation_time=whole['clusterTime']).try_next())


def errors(client, db):
    fails(9, lambda: start(db.orders, resume_after={'_data': 'zz'}))
    stream = start(db.orders)
    db.orders.insert_one({'_id': 1})
    event = take(stream)
    stream.close()
    db.elsewhere.insert_one({'_id': 1})
    fails(280, lambda: start(db.elsewhere, resume_after=event['_id']))
    client.admin.command('double', 'truncateOplog')
    fails(286, lambda: start(db.orders, resume_after=event['_id']))
    fails(286, lambda: start(db.orders, start_at_operation_time=event['clusterTime']))


def standalone(client, db):
    db.orders.insert_one({'_id': 1})
    fails(40573, lambda: start(db.orders))


def stepdown(client, db):
    stream = start(db.orders)
    db.orders.insert_one({'_id': 1})
    assert take(stream)['documentKey']['_id'] == 1
    try:
        client.admin.command('replSetStepDown', 60, force=True)
    except ConnectionFailure:
        pass
    db.orders.insert_one({'_id': 2})
    assert take(stream)['documentKey']['_id'] == 2
    stream.close()
    with start(client.get_database(name, read_preference=ReadPreference.SECONDARY)) as nearby:
        db.orders.insert_one({'_id': 3})
        assert take(nearby)['documentKey']['_id'] == 3


def sharded(client, db):
    db.create_collection('orders')
    client.admin.command('shardCollection', name + '.orders', key={'region': 1, '_id': 1})
    with start(db.orders) as stream:
        db.orders.insert_one({'_id': 1, 'region': 'eu'})
        assert take(stream)['documentKey'] == {'region': 'eu', '_id': 1}


def compressed(client, db):
    with start(db.orders) as stream:
        db.orders.insert_one({'_id': 1, 'text': 'x' * 100000})
        assert len(take(stream)['fullDocument']['text']) == 100000


client = pymongo.MongoClient(uri, serverSelectionTimeoutMS=10000)
db = client[name]
if scenario not in ('login', 'refused'):
    client.drop_database(name)
globals()[scenario](client, db)
client.close()
print('OK')

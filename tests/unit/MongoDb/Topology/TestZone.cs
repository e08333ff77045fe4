using CdcEmbedded.MongoDb.Topology;

namespace CdcEmbedded.MongoDb.Tests.Topology;

/// <summary>The records of <c>test.build.10gen.cc</c> that the specification's files expect, as its README lists them.</summary>
internal sealed class TestZone : IDnsResolver
{
    private const string Domain = ".test.build.10gen.cc";

    private static readonly Dictionary<string, (string Host, int Port)[]> Services = new()
    {
        ["_mongodb._tcp.test1"] = [("localhost.test.build.10gen.cc", 27017), ("localhost.test.build.10gen.cc", 27018)],
        ["_mongodb._tcp.test2"] = [("localhost.test.build.10gen.cc", 27018), ("localhost.test.build.10gen.cc", 27019)],
        ["_mongodb._tcp.test3"] = [("localhost.test.build.10gen.cc", 27017)],
        ["_mongodb._tcp.test5"] = [("localhost.test.build.10gen.cc", 27017)],
        ["_mongodb._tcp.test6"] = [("localhost.test.build.10gen.cc", 27017)],
        ["_mongodb._tcp.test7"] = [("localhost.test.build.10gen.cc", 27017)],
        ["_mongodb._tcp.test8"] = [("localhost.test.build.10gen.cc", 27017)],
        ["_mongodb._tcp.test10"] = [("localhost.test.build.10gen.cc", 27017)],
        ["_mongodb._tcp.test11"] = [("localhost.test.build.10gen.cc", 27017)],
        ["_mongodb._tcp.test12"] = [("localhost.build.10gen.cc", 27017)],
        ["_mongodb._tcp.test13"] = [("test.build.10gen.cc", 27017)],
        ["_mongodb._tcp.test14"] = [("localhost.not-test.build.10gen.cc", 27017)],
        ["_mongodb._tcp.test15"] = [("localhost.test.not-build.10gen.cc", 27017)],
        ["_mongodb._tcp.test16"] = [("localhost.test.build.not-10gen.cc", 27017)],
        ["_mongodb._tcp.test17"] = [("localhost.test.build.10gen.not-cc", 27017)],
        ["_mongodb._tcp.test18"] = [("localhost.sub.test.build.10gen.cc", 27017)],
        ["_mongodb._tcp.test19"] = [("localhost.evil.build.10gen.cc", 27017), ("localhost.test.build.10gen.cc", 27017)],
        ["_mongodb._tcp.test20"] = [("localhost.test.build.10gen.cc", 27017)],
        ["_mongodb._tcp.test21"] = [("localhost.test.build.10gen.cc", 27017)],
        ["_customname._tcp.test22"] = [("localhost.test.build.10gen.cc", 27017), ("localhost.test.build.10gen.cc", 27018)],
    };

    private static readonly Dictionary<string, string[]> Texts = new()
    {
        ["test5"] = ["replicaSet=repl0&authSource=thisDB"],
        ["test6"] = ["replicaSet=repl0", "authSource=otherDB"],
        ["test7"] = ["ssl=false"],
        ["test8"] = ["authSource"],
        ["test10"] = ["socketTimeoutMS=500"],
        ["test11"] = ["replicaSet=repl0"],
        ["test20"] = ["loadBalanced=true"],
        ["test21"] = ["loadBalanced=false"],
    };

    public ValueTask<IReadOnlyList<SrvRecord>> ResolveSrvAsync(string name, CancellationToken cancellationToken)
        => new(Services.TryGetValue(name.Replace(Domain, "", StringComparison.Ordinal), out var records)
            ? Array.ConvertAll(records, record => new SrvRecord(record.Host, record.Port))
            : []);

    public ValueTask<IReadOnlyList<string>> ResolveTxtAsync(string name, CancellationToken cancellationToken)
        => new(Texts.GetValueOrDefault(name.Replace(Domain, "", StringComparison.Ordinal)) ?? []);
}

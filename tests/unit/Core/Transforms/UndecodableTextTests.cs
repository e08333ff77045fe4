using System.Security.Cryptography;
using System.Text;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Engine;

namespace CdcEmbedded.Tests.Transforms;

/// <summary>Text whose bytes are none in its character set: nobody is to read a hidden column, so it must not end the stream.</summary>
public sealed class UndecodableTextTests : EngineTest
{
    [Fact]
    public async Task It_is_hashed_by_its_bytes()
    {
        const string Salt = "a secret text";
        var ascii = Encoding.GetEncoding("us-ascii", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        var source = new ScriptedSource().Insert(Table, ("id", 1), ("a", DataValue.FromText([0xE9], 0, 1, ascii))).End();
        await using var engine = new CdcEngine(source, Store,
            new CdcEngineOptions { Name = "test", Transforms = [Transform.Hash("shop.orders.a", Salt)] });
        var hashes = new List<string>();
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            hashes.Add(change.After["a"].AsString());
        }

        Assert.Equal([Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(Salt), 0xE9]))], hashes);
    }
}

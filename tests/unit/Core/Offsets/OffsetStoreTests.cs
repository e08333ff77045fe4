using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Offsets;

public sealed class OffsetStoreTests
{
    [Fact]
    public async Task InMemoryOffsetStore_keeps_the_contract()
    {
        var store = new InMemoryOffsetStore();
        await OffsetStoreConformance.VerifyAsync(() => store);
    }

    [Fact]
    public async Task FaultyOffsetStore_without_faults_keeps_the_contract()
    {
        var store = new FaultyOffsetStore();
        await OffsetStoreConformance.VerifyAsync(() => store);
    }

    [Theory]
    [InlineData("forgets", "reopened store|after the first save")]
    [InlineData("no-compare", "must throw OffsetConflictException; it saved")]
    [InlineData("wrong-exception", "not System.InvalidOperationException")]
    [InlineData("same-version", "greater version")]
    [InlineData("ignores-case", "case-sensitive")]
    [InlineData("short-column", "100,001 characters")]
    public async Task OffsetStoreConformance_finds_what_is_wrong(string fault, string expected)
    {
        var shared = new BrokenStore(fault);
        var e = await Assert.ThrowsAsync<OffsetStoreConformanceException>(
            () => OffsetStoreConformance.VerifyAsync(() => fault == "forgets" ? new BrokenStore(fault) : shared));
        Assert.Contains(expected.Split('|'), part => e.Message.Contains(part, StringComparison.Ordinal));
    }

    private sealed class BrokenStore(string fault) : IOffsetStore
    {
        private readonly Dictionary<string, StoredOffset> _offsets =
            new(fault == "ignores-case" ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

        public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
            => new(_offsets.GetValueOrDefault(key));

        public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
        {
            var version = _offsets.TryGetValue(key, out var stored) ? stored.Version : 0;
            if (version != expectedVersion && fault != "no-compare")
            {
                throw fault == "wrong-exception" ? new InvalidOperationException() : new OffsetConflictException("conflict");
            }

            version = fault == "same-version" ? 1 : version + 1;
            _offsets[key] = new StoredOffset(fault == "short-column" && text.Length > 1000 ? text[..1000] : text, version);
            return new ValueTask<long>(version);
        }
    }
}

using System.Data.Common;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using Microsoft.Data.Sqlite;

namespace CdcEmbedded.Tests.Offsets;

public sealed class DbOffsetStoreTests : IDisposable
{
    private readonly SqliteFile _file = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task On_SQLite_it_keeps_the_contract_also_in_transactions()
    {
        await new DbOffsetStore(_file.Source).CreateTableAsync(Cancellation);

        await OffsetStoreConformance.VerifyTransactionsAsync(() => new DbOffsetStore(_file.Source), _file.Source, Cancellation);
    }

    [Fact]
    public async Task Several_instances_may_create_the_table_and_its_rows_stay()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => new DbOffsetStore(_file.Source, "main.My_Offsets2")).ToList();
        await Task.WhenAll(stores.Select(store => store.CreateTableAsync(Cancellation).AsTask()));
        await stores[0].SaveAsync("a", "x", 0, Cancellation);

        await stores[1].CreateTableAsync(Cancellation);

        Assert.Equal(new StoredOffset("x", 1), await stores[2].LoadAsync("a", Cancellation));
        Assert.Equal("main.My_Offsets2", stores[2].Table);
    }

    [Fact]
    public async Task On_SQLite_a_write_takes_turns_with_the_stores_own_transactions()
    {
        var store = new DbOffsetStore(_file.Source);
        await store.CreateTableAsync(Cancellation);
        await using (await store.BeginAsync(Cancellation))
        {
            using var cancelled = new CancellationTokenSource();
            Task<long> waiting = new DbOffsetStore(_file.Source).SaveAsync("a", "x", 0, cancelled.Token).AsTask();
            Assert.False(waiting.IsCompleted);
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        Assert.Equal(1, await store.SaveAsync("a", "x", 0, Cancellation));
    }

    [Fact]
    public async Task On_SQLite_a_write_that_waits_for_a_transaction_of_the_application_can_be_cancelled()
    {
        var store = new DbOffsetStore(_file.Source);
        await store.CreateTableAsync(Cancellation);
        await using DbConnection connection = await _file.Source.OpenConnectionAsync(Cancellation);
        await using (DbTransaction transaction = await connection.BeginTransactionAsync(Cancellation))
        {
            using var cancelled = new CancellationTokenSource();
            Task<long> waiting = Task.Run(() => store.SaveAsync("a", "x", 0, cancelled.Token).AsTask(), Cancellation);
            await cancelled.CancelAsync();

            // Far below the 30 s that the provider waits.
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(15), Cancellation));
        }

        Assert.Equal(1, await store.SaveAsync("a", "x", 0, Cancellation));
    }

    [Fact]
    public async Task On_SQLite_a_write_waits_as_long_as_the_timeout_of_commands_says()
    {
        var store = new DbOffsetStore(_file.Source);
        await store.CreateTableAsync(Cancellation);
        await using DbConnection connection = await _file.Source.OpenConnectionAsync(Cancellation);
        DbTransaction transaction = await connection.BeginTransactionAsync(Cancellation);
        Task<long> waiting = Task.Run(() => store.SaveAsync("a", "x", 0, Cancellation).AsTask(), Cancellation);
        await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(1.5), Cancellation));
        Assert.False(waiting.IsCompleted);

        await transaction.DisposeAsync();

        Assert.Equal(1, await waiting);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a b")]
    [InlineData("a;DROP TABLE b")]
    [InlineData("a--")]
    [InlineData("\"a\"")]
    [InlineData("1a")]
    [InlineData("a.")]
    [InlineData(".a")]
    [InlineData("a.b.c.d")]
    [InlineData("tabelle_ü")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234")]
    public void A_table_name_that_is_not_a_plain_identifier_is_refused(string table)
        => Assert.Throws<ArgumentException>(() => new DbOffsetStore(_file.Source, table));

    [Theory]
    [InlineData(DbOffsetDialect.PostgreSql, "varchar(190) PRIMARY KEY")]
    [InlineData(DbOffsetDialect.MySql, "COLLATE utf8mb4_bin")]
    [InlineData(DbOffsetDialect.SqlServer, "IF OBJECT_ID(N'shop.offsets', N'U') IS NULL CREATE TABLE shop.offsets")]
    [InlineData(DbOffsetDialect.Sqlite, "version integer")]
    public void The_statement_that_creates_the_table_is_offered_for_each_database(DbOffsetDialect dialect, string part)
        => Assert.Contains(part, new DbOffsetStore(_file.Source, "shop.offsets", dialect).CreateTableStatement, StringComparison.Ordinal);

    [Fact]
    public void The_database_is_recognized_by_its_provider_and_an_unknown_one_must_be_named()
    {
        Assert.Equal(DbOffsetDialect.Sqlite, new DbOffsetStore(_file.Source).Dialect);
        using var mySql = new MySqlConnector.MySqlDataSource("Server=nowhere");
        Assert.Equal(DbOffsetDialect.MySql, new DbOffsetStore(mySql).Dialect);
        using var unknown = new UnknownDataSource(_file.Source);

        var e = Assert.Throws<ArgumentException>(() => new DbOffsetStore(unknown));

        Assert.Contains("Pass the dialect", e.Message, StringComparison.Ordinal);
        Assert.Equal(DbOffsetDialect.Sqlite, new DbOffsetStore(unknown, dialect: DbOffsetDialect.Sqlite).Dialect);
    }

    [Fact]
    public async Task A_key_that_the_column_could_cut_is_refused()
    {
        var store = new DbOffsetStore(_file.Source);
        await store.CreateTableAsync(Cancellation);
        await store.SaveAsync(new string('k', 190), "x", 0, Cancellation);

        await Assert.ThrowsAsync<ArgumentException>(async () => await store.SaveAsync(new string('k', 191), "x", 0, Cancellation));
    }

    [Fact]
    public async Task A_transaction_that_has_ended_is_refused_by_name()
    {
        var store = new DbOffsetStore(_file.Source);
        await store.CreateTableAsync(Cancellation);
        await using var connection = await _file.Source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await transaction.CommitAsync(Cancellation);

        var e =
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.SaveAsync("a", "x", 0, transaction, Cancellation));

        Assert.Contains("has ended", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_conformance_checks_find_a_store_that_does_not_check_the_version_in_the_transaction()
    {
        await new DbOffsetStore(_file.Source).CreateTableAsync(Cancellation);

        var e = await Assert.ThrowsAsync<OffsetStoreConformanceException>(() => OffsetStoreConformance.VerifyTransactionsAsync(
            () => new UncheckedStore(new DbOffsetStore(_file.Source)), _file.Source, Cancellation));

        Assert.Contains("must throw OffsetConflictException; it saved", e.Message, StringComparison.Ordinal);
    }

    /// <summary>A store that writes whatever it is given, inside transactions.</summary>
    private sealed class UncheckedStore(DbOffsetStore store) : ITransactionalOffsetStore<DbTransaction>
    {
        public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
            => store.LoadAsync(key, cancellationToken);

        public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
            => store.SaveAsync(key, text, expectedVersion, cancellationToken);

        public ValueTask<StoredOffset?> LoadAsync(string key, DbTransaction transaction, CancellationToken cancellationToken = default)
            => store.LoadAsync(key, transaction, cancellationToken);

        public async ValueTask<long> SaveAsync(string key, string text, long expectedVersion, DbTransaction transaction,
            CancellationToken cancellationToken = default)
        {
            var stored = await store.LoadAsync(key, transaction, cancellationToken);
            return await store.SaveAsync(key, text, stored?.Version ?? 0, transaction, cancellationToken);
        }
    }

    private sealed class UnknownDataSource(DbDataSource inner) : DbDataSource
    {
        public override string ConnectionString => inner.ConnectionString;

        protected override DbConnection CreateDbConnection() => new UnknownConnection();
    }

    private sealed class UnknownConnection : SqliteConnection;
}

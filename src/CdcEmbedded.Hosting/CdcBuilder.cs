using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.Hosting.Delivery;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.DependencyInjection;

namespace CdcEmbedded.Hosting;

/// <summary>Builds one hosted stream: see <see cref="CdcServices"/>. Each method returns the same builder.</summary>
public sealed class CdcBuilder : ICdcBuilder
{
    private readonly CdcDefinition _definition;

    internal CdcBuilder(IServiceCollection services, CdcDefinition definition)
    {
        Services = services;
        _definition = definition;
    }

    /// <inheritdoc/>
    public string Name => _definition.Name;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Sets the source.</summary>
    /// <param name="create">Makes it from the application's services: once to check the options, then for each start of the
    /// stream.</param>
    public CdcBuilder From(Func<IServiceProvider, ISource> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _definition.CreateSource = services => create(services.Services);
        return this;
    }

    /// <inheritdoc/>
    void ICdcBuilder.UseSource(Func<ISourceServices, ISource> create) => _definition.CreateSource = create;

    /// <summary>Changes the options, after the configuration.</summary>
    /// <param name="configure">Sets what it wants.</param>
    public CdcBuilder Configure(Action<CdcStreamOptions> configure)
    {
        Services.Configure(Name, configure);
        return this;
    }

    /// <summary>Reads the tables themselves, besides their changes.</summary>
    /// <param name="mode">When.</param>
    /// <param name="tables">Patterns <c>database.table</c>; none for all that the source captures.</param>
    public CdcBuilder Snapshot(SnapshotMode mode, params string[] tables) => Snapshot(options =>
    {
        options.Mode = mode;
        options.Tables = [.. tables];
    });

    /// <summary>Changes how tables are read, after the configuration.</summary>
    /// <param name="configure">Sets what it wants, such as <see cref="StreamSnapshotOptions.ReadsNewTables"/>.</param>
    public CdcBuilder Snapshot(Action<StreamSnapshotOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Configure(options => configure(options.Snapshot));
    }

    /// <summary>Lets a rule of the application's own decide when tables are read.</summary>
    /// <param name="create">Finds the rule among the application's services: as <see cref="SnapshotOptions.Policy"/>.</param>
    public CdcBuilder SnapshotPolicy(Func<IServiceProvider, ISnapshotPolicy> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _definition.CreatePolicy = create;
        return this;
    }

    /// <summary>Adds a channel on which requests of snapshots arrive, such as a <see cref="FileSignalChannel"/>.</summary>
    /// <param name="create">Makes the channel from the application's services, for each start of the stream: as
    /// <see cref="SnapshotOptions.Signals"/>.</param>
    public CdcBuilder SnapshotSignals(Func<IServiceProvider, ISnapshotSignalChannel> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _definition.Signals.Add(create);
        return this;
    }

    /// <summary>Asks before each chunk of a snapshot if it may be read now.</summary>
    /// <param name="mayRead">As <see cref="SnapshotOptions.MayRead"/>.</param>
    public CdcBuilder SnapshotWhile(Func<CancellationToken, ValueTask<bool>> mayRead)
    {
        ArgumentNullException.ThrowIfNull(mayRead);
        _definition.MayReadSnapshots = mayRead;
        return this;
    }

    /// <summary>Filters, masks and renames what handlers get, and what dead letters contain.</summary>
    /// <param name="transforms">The rules, as <see cref="CdcEngineOptions.Transforms"/>.</param>
    public CdcBuilder Transform(params Transform[] transforms)
    {
        _definition.Transforms.AddRange(transforms);
        return this;
    }

    /// <summary>Sets when the stream connects again after a lost connection.</summary>
    /// <param name="policy">As <see cref="CdcEngineOptions.Reconnect"/>.</param>
    public CdcBuilder Reconnect(ReconnectPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        _definition.Reconnect = policy;
        return this;
    }

    /// <summary>Reports to the application at an interval that the stream is alive.</summary>
    /// <param name="create">Makes the options from the application's services, for each start of the stream: as
    /// <see cref="CdcEngineOptions.Liveness"/>.</param>
    public CdcBuilder Liveness(Func<IServiceProvider, LivenessOptions> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _definition.CreateLiveness = create;
        return this;
    }

    /// <summary>Continues the traces that rows carry.</summary>
    /// <param name="rows">As <see cref="CdcEngineOptions.TraceContext"/>.</param>
    public CdcBuilder TraceContext(TraceContextOptions rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        _definition.TraceContext = rows;
        return this;
    }

    /// <summary>Runs handlers in parallel, in order for each key.</summary>
    /// <param name="handlers">Number of changes that are handled at once.</param>
    /// <param name="keepTransactions">True to handle the changes of a source's transaction one by one.</param>
    public CdcBuilder ParallelByKey(int handlers, bool keepTransactions = false) => Configure(options =>
    {
        options.ParallelHandlers = handlers;
        options.KeepTransactions = keepTransactions;
    });

    /// <summary>Stores offsets in a table of a database, in the transaction that the handlers of a batch use. The table is created if it
    /// does not exist.</summary>
    /// <param name="dataSource">The database. The caller keeps and disposes it.</param>
    /// <param name="table">The table.</param>
    public CdcBuilder StoreOffsetsIn(DbDataSource dataSource, string table = "cdc_offsets") => StoreOffsetsIn(_ => dataSource, table);

    /// <inheritdoc cref="StoreOffsetsIn(DbDataSource, string)"/>
    /// <param name="dataSource">Finds the database among the application's services.</param>
    /// <param name="table">The table.</param>
    public CdcBuilder StoreOffsetsIn(Func<IServiceProvider, DbDataSource> dataSource, string table = "cdc_offsets")
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _definition.DataSource = dataSource;
        _definition.HasTransactions = true;
        _definition.CreateStore = services => new DbOffsetStore(dataSource(services), table);
        return this;
    }

    /// <summary>Stores offsets in the transaction that the handlers of a batch use, in any store that opens transactions, such as
    /// <c>MongoOffsetStore</c>: handlers take it from <see cref="ChangeContext.GetTransaction"/>.</summary>
    /// <remarks>Dead letters need <see cref="StoreDeadLettersIn"/>; they are part of it if their store says so
    /// (<see cref="IDeadLetterStore.SharesTransactionsOf"/>).</remarks>
    /// <param name="create">Makes the store from the application's services.</param>
    public CdcBuilder StoreOffsetsWithEffectsIn(Func<IServiceProvider, IOffsetTransactions> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _definition.DataSource = null;
        _definition.HasTransactions = true;
        _definition.CreateStore = create;
        return this;
    }

    /// <summary>Stores offsets in any store, without a transaction: changes are handled at least once.</summary>
    /// <param name="create">Makes the store from the application's services.</param>
    public CdcBuilder StoreOffsetsIn(Func<IServiceProvider, IOffsetStore> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _definition.DataSource = null;
        _definition.HasTransactions = false;
        _definition.CreateStore = create;
        return this;
    }

    /// <summary>Stores changes that could not be handled elsewhere than in the database of the offsets.</summary>
    /// <param name="create">Makes the store from the application's services.</param>
    public CdcBuilder StoreDeadLettersIn(Func<IServiceProvider, IDeadLetterStore> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _definition.CreateDeadLetters = create;
        return this;
    }

    /// <summary>Handles changes one by one.</summary>
    /// <typeparam name="THandler">The handler; registered with a scope's lifetime if the application has not registered it.</typeparam>
    /// <param name="tables">Patterns <c>database.table</c>; none for all tables.</param>
    /// <exception cref="ArgumentException">A pattern is invalid.</exception>
    public CdcBuilder Handle<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        params string[] tables)
        where THandler : class, IChangeHandler
    {
        Services.TryAddScoped<THandler>();
        return Add(new HandlerEntry(NameOf(typeof(THandler).Name), Filter(tables), (services, change, context, token) =>
            services.GetRequiredService<THandler>().HandleAsync(change, context, token)));
    }

    /// <summary>Handles changes one by one, with a function.</summary>
    /// <param name="handle">Handles a change.</param>
    /// <param name="tables">Patterns <c>database.table</c>; none for all tables.</param>
    /// <exception cref="ArgumentException">A pattern is invalid.</exception>
    public CdcBuilder Handle(Func<ChangeEvent, ChangeContext, CancellationToken, ValueTask> handle, params string[] tables)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return Add(new HandlerEntry(NameOf("function"), Filter(tables), (_, change, context, token) => handle(change, context, token)));
    }

    /// <summary>Handles changes one by one, with their rows as objects.</summary>
    /// <typeparam name="TRow">The row.</typeparam>
    /// <typeparam name="THandler">The handler; registered with a scope's lifetime if the application has not registered it.</typeparam>
    /// <param name="map">Makes a row of a record.</param>
    /// <param name="tables">Patterns <c>database.table</c>; none for all tables.</param>
    /// <exception cref="ArgumentException">A pattern is invalid.</exception>
    public CdcBuilder Handle<TRow, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        Func<DataRecord, TRow> map, params string[] tables)
        where THandler : class, IChangeHandler<TRow>
    {
        ArgumentNullException.ThrowIfNull(map);
        Services.TryAddScoped<THandler>();
        return Add(new HandlerEntry(NameOf(typeof(THandler).Name), Filter(tables), (services, change, context, token) =>
            services.GetRequiredService<THandler>().HandleAsync(new Change<TRow>(change, map), context, token)));
    }

    /// <summary>Handles changes one by one, with their rows as objects of a type that reads itself, such as one with
    /// <c>[CdcRow]</c>.</summary>
    /// <typeparam name="TRow">The row.</typeparam>
    /// <typeparam name="THandler">The handler; registered with a scope's lifetime if the application has not registered it.</typeparam>
    /// <param name="tables">Patterns <c>database.table</c>; none for all tables.</param>
    /// <exception cref="ArgumentException">A pattern is invalid.</exception>
    public CdcBuilder Handle<TRow, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        params string[] tables)
        where TRow : IDataRow<TRow>
        where THandler : class, IChangeHandler<TRow>
        => Handle<TRow, THandler>(static record => record.To<TRow>(), tables);

    /// <summary>Handles the changes of a batch together, after the handlers that take them one by one.</summary>
    /// <typeparam name="THandler">The handler; registered with a scope's lifetime if the application has not registered it.</typeparam>
    /// <param name="tables">Patterns <c>database.table</c>; none for all tables.</param>
    /// <exception cref="ArgumentException">A pattern is invalid.</exception>
    public CdcBuilder HandleBatches<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        params string[] tables)
        where THandler : class, IChangeBatchHandler
    {
        Services.TryAddScoped<THandler>();
        return Add(new HandlerEntry(NameOf(typeof(THandler).Name), Filter(tables), (services, changes, context, token) =>
            services.GetRequiredService<THandler>().HandleAsync(changes, context, token)));
    }

    /// <summary>Dead letters name their handler: the second of a name has a number.</summary>
    private string NameOf(string name)
    {
        var count = 1 + _definition.Handlers.Count(handler => handler.Name == name
            || handler.Name.StartsWith(name + " ", StringComparison.Ordinal));
        return count == 1 ? name : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name} {count}");
    }

    private static TableFilter? Filter(string[] tables) => tables.Length == 0 ? null : new TableFilter(tables, []);

    private CdcBuilder Add(HandlerEntry handler)
    {
        _definition.Handlers.Add(handler);
        return this;
    }
}

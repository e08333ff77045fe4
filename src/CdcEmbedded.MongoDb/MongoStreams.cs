namespace CdcEmbedded.MongoDb;

/// <summary>MongoDB as the source of a hosted stream.</summary>
public static class MongoStreams
{
    /// <summary>Reads the given collections of a deployment.</summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="connection">The name of a connection string in the application's configuration.</param>
    /// <param name="include">As <see cref="MongoSourceOptions.Include"/>.</param>
    public static TBuilder FromMongoDb<TBuilder>(this TBuilder builder, string connection, params string[] include)
        where TBuilder : ICdcBuilder
        => builder.FromMongoDb(connection, text => new MongoSourceOptions { ConnectionString = text, Include = include });

    /// <summary>Reads a deployment as the given options say.</summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="connection">The name of a connection string in the application's configuration.</param>
    /// <param name="options">Makes the options from the connection string.</param>
    public static TBuilder FromMongoDb<TBuilder>(this TBuilder builder, string connection, Func<string, MongoSourceOptions> options)
        where TBuilder : ICdcBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(connection);
        ArgumentNullException.ThrowIfNull(options);
        builder.UseSource(services => new MongoSource(options(services.GetConnectionString(connection))));
        return builder;
    }
}

namespace CdcEmbedded.MySql;

/// <summary>MySQL and MariaDB as the source of a hosted stream.</summary>
public static class MySqlStreams
{
    /// <summary>Reads the given tables of a server.</summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="connection">The name of a connection string in the application's configuration.</param>
    /// <param name="include">As <see cref="MySqlSourceOptions.Include"/>.</param>
    public static TBuilder FromMySql<TBuilder>(this TBuilder builder, string connection, params string[] include)
        where TBuilder : ICdcBuilder
        => builder.FromMySql(connection, text => new MySqlSourceOptions { ConnectionString = text, Include = include });

    /// <summary>Reads a server as the given options say.</summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="connection">The name of a connection string in the application's configuration.</param>
    /// <param name="options">Makes the options from the connection string.</param>
    public static TBuilder FromMySql<TBuilder>(this TBuilder builder, string connection, Func<string, MySqlSourceOptions> options)
        where TBuilder : ICdcBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(connection);
        ArgumentNullException.ThrowIfNull(options);
        builder.UseSource(services => new MySqlSource(options(services.GetConnectionString(connection))));
        return builder;
    }
}

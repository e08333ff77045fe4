using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Server;

/// <summary>Checks of options, whose messages name the option, the value and what is allowed.</summary>
internal static class OptionChecks
{
    public static void InRange(TimeSpan value, TimeSpan least, TimeSpan most, string option)
    {
        if (value < least || value > most)
        {
            throw new ArgumentException($"{option} is {value}; it must be from {least} to {most}.", option);
        }
    }

    /// <summary>A folder must exist; null is the system's folder for temporary files.</summary>
    public static void ExistingFolder(string? folder, string option)
    {
        if (folder is not null && !Directory.Exists(folder))
        {
            throw new ArgumentException($"{option} is '{folder}', which is not an existing folder. Create it, or leave {option} unset to "
                + "use the system's folder for temporary files.", option);
        }
    }

    public static void InRange(long value, long least, long most, string option)
    {
        if (value < least || value > most)
        {
            throw new ArgumentException($"{option} is {value}; it must be from {least} to {most}.", option);
        }
    }

    /// <summary>Checks the modes and policies of a source: a number that is none of them would silently act as one of them.</summary>
    public static void Modes(KeyChangeMode keyChange, LargeTransactionMode largeTransactions, XaMode xa, FaultPolicy onUnknownSchema,
        FaultPolicy onStatementChange, FaultPolicy onIncident, FaultPolicy onUndecodableEvent, InvalidDateMode invalidDates)
    {
        Defined(keyChange, nameof(MySqlSourceOptions.KeyChange));
        Defined(largeTransactions, nameof(MySqlSourceOptions.LargeTransactions));
        Defined(xa, nameof(MySqlSourceOptions.Xa));
        Defined(onUnknownSchema, nameof(MySqlSourceOptions.OnUnknownSchema));
        Defined(onStatementChange, nameof(MySqlSourceOptions.OnStatementChange));
        Defined(onIncident, nameof(MySqlSourceOptions.OnIncident));
        Defined(onUndecodableEvent, nameof(MySqlSourceOptions.OnUndecodableEvent));
        Defined(invalidDates, nameof(MySqlSourceOptions.InvalidDates));
    }

    /// <summary>Checks which tables and which servers' transactions are captured.</summary>
    public static void Captured(IReadOnlyList<string> include, IReadOnlyList<string> exclude, IReadOnlyList<string> includeSources,
        IReadOnlyList<string> excludeSources)
    {
        List(include, nameof(MySqlSourceOptions.Include));
        List(exclude, nameof(MySqlSourceOptions.Exclude));
        List(includeSources, nameof(MySqlSourceOptions.IncludeGtidSources));
        List(excludeSources, nameof(MySqlSourceOptions.ExcludeGtidSources));
        var filter = TableFilters.Create(include, exclude, ignoreCase: false);
        if (filter.WhyNothing() is { } why)
        {
            throw new ArgumentException(why, nameof(exclude));
        }

        GtidSourceFilter.Create(includeSources, excludeSources);
    }

    private static void Defined<T>(T value, string option)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            throw new ArgumentException($"{option} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.", option);
        }
    }

    private static void List(IReadOnlyList<string>? list, string option)
    {
        if (list is null)
        {
            throw new ArgumentException($"{option} is null; leave it unset, or use an empty list.", option);
        }
    }

    /// <summary>An event must fit in one array.</summary>
    public static void EventBytes(long value, string option) => InRange(value, 1024, Array.MaxLength, option);

    public static void AtLeastZero(long value, string option)
    {
        if (value < 0)
        {
            throw new ArgumentException($"{option} is {value}; it must be 0 or more.", option);
        }
    }
}

namespace CdcEmbedded.MySql.Server;

/// <summary>Range checks whose messages name the option, the value and the range.</summary>
internal static class OptionChecks
{
    public static void InRange(TimeSpan value, TimeSpan least, TimeSpan most, string option)
    {
        if (value < least || value > most)
        {
            throw new ArgumentException($"{option} is {value}; it must be from {least} to {most}.", option);
        }
    }

    /// <summary>A folder must exist; null stands for the system's folder for temporary files.</summary>
    public static void ExistingFolder(string? folder, string option)
    {
        if (folder is not null && !Directory.Exists(folder))
        {
            throw new ArgumentException($"{option} is '{folder}', which is not an existing folder. Create it, or leave {option} unset to "
                + "use the system's folder "
                + "for temporary files.", option);
        }
    }

    public static void InRange(long value, long least, long most, string option)
    {
        if (value < least || value > most)
        {
            throw new ArgumentException($"{option} is {value}; it must be from {least} to {most}.", option);
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

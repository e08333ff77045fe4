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

    public static void AtLeastZero(long value, string option)
    {
        if (value < 0)
        {
            throw new ArgumentException($"{option} is {value}; it must be 0 or more.", option);
        }
    }
}

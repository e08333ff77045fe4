namespace CdcEmbedded.Tests.Values;

/// <summary>The conversion has a calendar formula of its own: it is held against the framework's on every day there is.</summary>
public sealed class CalendarDateTimeEveryDayTests
{
    [Fact]
    public void TryToDateTime_agrees_with_DateTime_on_every_day_of_all_years()
    {
        for (var day = DateTime.MinValue; day < DateTime.MaxValue.Date; day = day.AddDays(1))
        {
            if (!new CalendarDateTime(day.Year, day.Month, day.Day, 23, 59, 58, 123_456).TryToDateTime(out var found)
                || found != day.AddSeconds(86_398).AddTicks(1_234_560))
            {
                Assert.Fail($"{day:yyyy-MM-dd} became {found:o}.");
            }
        }
    }

    [Theory]
    [InlineData(2023, 2, 29)]
    [InlineData(1900, 2, 29)]
    [InlineData(2024, 4, 31)]
    [InlineData(2024, 0, 15)]
    [InlineData(0, 1, 1)]
    public void TryToDateTime_refuses_days_that_no_calendar_has(int year, int month, int day)
        => Assert.False(new CalendarDateTime(year, month, day).TryToDateTime(out _));
}

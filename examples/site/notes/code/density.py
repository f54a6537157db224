"""Reads measurements.csv and prints the mean density of each stone."""

import csv
from collections import defaultdict
from pathlib import Path


def main() -> None:
    densities = defaultdict(list)
    with open(Path(__file__).parent.parent / "measurements.csv", encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            dry, in_water = float(row["dry_g"]), float(row["in_water_g"])
            densities[row["stone"]].append(dry / (dry - in_water))
    for stone, values in sorted(densities.items(), key=lambda item: -sum(item[1]) / len(item[1])):
        print(f"{stone:10} {sum(values) / len(values):.2f}  {'#' * round(10 * sum(values) / len(values))}")


if __name__ == "__main__":
    main()

// atlas URL URL: the statements that lead from one PostgreSQL database to the other, as Atlas's library plans them.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/postgres"
	"ariga.io/atlas/sql/schema"
	_ "github.com/lib/pq"
)

func read(url string) (migrate.Driver, *schema.Schema) {
	db, err := sql.Open("postgres", url)
	if err != nil {
		log.Fatal(err)
	}
	driver, err := postgres.Open(db)
	if err != nil {
		log.Fatal(err)
	}
	found, err := driver.InspectSchema(context.Background(), "public", nil)
	if err != nil {
		log.Fatal(err)
	}
	return driver, found
}

func main() {
	driver, from := read(os.Args[1])
	_, to := read(os.Args[2])
	changes, err := driver.SchemaDiff(from, to)
	if err != nil {
		log.Fatal(err)
	}
	plan, err := driver.PlanChanges(context.Background(), "bench", changes)
	if err != nil {
		log.Fatal(err)
	}
	for _, change := range plan.Changes {
		fmt.Println(change.Cmd + ";")
	}
}
